"""What the contracts are played on: each port on its fake and on its adapter."""
