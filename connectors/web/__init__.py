"""The web: conversation API, chat page and problem documents."""
