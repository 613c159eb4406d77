"""Who works with the product: users, their passwords, and the way in."""
