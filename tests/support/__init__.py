"""What tests of several kinds share: fakes of the ports, made-up facts."""
