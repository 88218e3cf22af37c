"""Small fakes of the ports: they keep what they were told and misbehave on request."""
