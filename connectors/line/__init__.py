"""LINE: what is received from and sent to the Messaging API. Only this folder knows LINE's message format."""
