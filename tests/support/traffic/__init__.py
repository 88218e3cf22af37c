"""Made-up traffic: how functions answer, cold and warm, and how callers arrive."""
