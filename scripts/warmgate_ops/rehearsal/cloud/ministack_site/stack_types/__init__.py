"""What MiniStack's CloudFormation lacks: CodeDeploy's types, and aliases that are moved by CodeDeploy.

Runs in MiniStack's interpreter, which has neither Warmgate nor its dependencies: the standard library alone.
"""
