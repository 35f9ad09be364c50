"""CloudFormation: stacks that deploy in the background, in order, roll back, and refuse what they do not know."""
