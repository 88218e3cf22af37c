"""Makes a CodeDeploy deployment from a pipeline and follows it to its end; judges nothing."""
