"""What the use cases need from the world, each with the errors it may raise and no other."""
