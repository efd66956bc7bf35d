"""Models in single ONNX files, run by onnxruntime."""
