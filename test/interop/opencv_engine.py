"""OpenCV's dnn module: each case is a model of ONNX of one node, whose weights are constants."""
import cv2
import numpy
import onnx
from onnx import helper, numpy_helper

from speak import Skip, serve

OPSET = 13
NODES = {
    "conv2d": "Conv",
    "depthwiseConv2d": "Conv",
    "convTranspose2d": "ConvTranspose",
    "maxPool2d": "MaxPool",
    "avgPool2d": "AveragePool",
    "conv3d": "Conv",
    "dense": "Gemm",
    "prelu": "PRelu",
    "relu": "Relu",
    "leakyRelu": "LeakyRelu",
    "sigmoid": "Sigmoid",
    "tanh": "Tanh",
    "softmax": "Softmax",
    "lrn": "LRN",
    "globalAvgPool": "GlobalAveragePool",
    "globalMaxPool": "GlobalMaxPool",
    "frozenNorm": "BatchNormalization",
}
ORDER = ("weight", "slope", "bias", "mean", "variance")

cv2.setNumThreads(1)


def forward(op):
    def run(attributes, x, **weights):
        if x.ndim == 3:
            raise Skip("to OpenCV an array of three axes is an image with channels")
        attributes = {k: float(v) if k in ("alpha", "beta", "bias", "epsilon") else v for k, v in attributes.items()}
        if op == "avgPool2d":
            attributes.pop("dilations")  # of 1: this opset has none
        if op == "frozenNorm":
            attributes.pop("training_mode", None)
        names = [name for name in ORDER if name in weights]
        node = helper.make_node(NODES[op], ["x", *names], ["y"], **attributes)
        info = [helper.make_tensor_value_info("x", onnx.TensorProto.FLOAT, x.shape)]
        out = [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, [])]
        constants = [numpy_helper.from_array(weights[name], name) for name in names]
        graph = helper.make_graph([node], "one node", info, out, constants)
        model = helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)])
        net = cv2.dnn.readNetFromONNX(numpy.frombuffer(model.SerializeToString(), numpy.uint8))
        net.setInput(x, "x")
        return net.forward().copy()

    return run


serve(
    {op: forward(op) for op in NODES},
    name="OpenCV, dnn",
    version=cv2.__version__,
    dialect="onnx",
    requires=["avgPool2d: dilation = 1"],
    traits={"padding": "multiplied"},
)
