"""The experts' side: their API under /api/v1/console."""
