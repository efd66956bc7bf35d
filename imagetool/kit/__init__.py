"""What every torch plugin would otherwise write again: tensors, crops, devices, seeds."""
