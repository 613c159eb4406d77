"""What the user wants: intents, slots and, later, guided consultations."""
