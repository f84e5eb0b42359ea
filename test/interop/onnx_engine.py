"""Engines that run models of ONNX, each case as a model of one node. The argument: reference, opencv, openvino, ort."""
import sys

import numpy
import onnx
from onnx import helper

from speak import Skip, serve

BACKEND = sys.argv[1]
OPSET = {"opencv": 13}.get(BACKEND, 21)

NODES = {
    **{f"conv{n}d": "Conv" for n in (2, 1, 3)},
    **{f"depthwiseConv{n}d": "Conv" for n in (2, 1, 3)},
    **{f"convTranspose{n}d": "ConvTranspose" for n in (2, 1, 3)},
    **{f"maxPool{n}d": "MaxPool" for n in (2, 1, 3)},
    **{f"avgPool{n}d": "AveragePool" for n in (2, 1, 3)},
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
    "lpPool2d": "LpPool",
    "frozenNorm": "BatchNormalization",
}
FLOATS = ("alpha", "beta", "bias", "epsilon")
ORDER = ("x", "weight", "slope", "bias", "mean", "variance")


def model(op, attributes, inputs, constant=()):
    attributes = {k: float(v) if k in FLOATS else v for k, v in attributes.items()}
    if op in ("lpPool2d", "avgPool1d", "avgPool2d", "avgPool3d") and OPSET < 18 and max(attributes.get("dilations", [1])) > 1:
        raise Skip("no dilations in this opset")
    if OPSET < 19 and NODES[op] in ("AveragePool", "LpPool"):
        attributes.pop("dilations", None)
    if OPSET < 18 and op == "lpPool2d":
        attributes.pop("ceil_mode", None)
    node = helper.make_node(NODES[op], list(inputs), ["y"], **attributes)
    info = [helper.make_tensor_value_info(n, onnx.TensorProto.FLOAT, v.shape) for n, v in inputs.items() if n not in constant]
    weights = [onnx.numpy_helper.from_array(inputs[n], n) for n in constant]
    graph = helper.make_graph([node], "g", info, [helper.make_tensor_value_info("y", onnx.TensorProto.FLOAT, None)], weights)
    return helper.make_model(graph, opset_imports=[helper.make_opsetid("", OPSET)], ir_version=8 if OPSET < 15 else 10)


def reference(m, inputs):
    from onnx.reference import ReferenceEvaluator

    return ReferenceEvaluator(m).run(None, inputs)[0]


def ort(m, inputs):
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = 1
    options.log_severity_level = 4
    session = onnxruntime.InferenceSession(m.SerializeToString(), options, providers=["CPUExecutionProvider"])
    return session.run(None, inputs)[0]


def openvino(m, inputs):
    import openvino as ov

    core = ov.Core()
    compiled = core.compile_model(core.read_model(m.SerializeToString()), "CPU", {"INFERENCE_PRECISION_HINT": "f32", "INFERENCE_NUM_THREADS": 1})
    return compiled(inputs)[0]


def opencv(m, inputs):
    import cv2

    net = cv2.dnn.readNetFromONNX(numpy.frombuffer(m.SerializeToString(), numpy.uint8))
    net.enableWinograd(False)
    net.setInput(inputs["x"], "x")
    return net.forward()


RUN = {"reference": reference, "ort": ort, "openvino": openvino, "opencv": opencv}[BACKEND]
CONSTANT = BACKEND in ("opencv", "openvino")


def forward(op):
    def run(attributes, **tensors):
        inputs = {name: tensors[name] for name in ORDER if name in tensors}
        constant = [name for name in inputs if name != "x"] if CONSTANT else []
        m = model(op, attributes, inputs, constant)
        return numpy.asarray(RUN(m, {n: v for n, v in inputs.items() if n not in constant}))

    return run


def version():
    if BACKEND == "reference":
        return onnx.__version__
    import importlib

    return importlib.import_module({"ort": "onnxruntime", "opencv": "cv2"}.get(BACKEND, BACKEND)).__version__


NAMES = {
    "reference": "the reference evaluator of ONNX",
    "ort": "ONNX Runtime, CPU",
    "openvino": "OpenVINO, CPU",
    "opencv": "OpenCV, dnn",
}
serve({op: forward(op) for op in NODES}, name=NAMES[BACKEND], version=version(), dialect="onnx", traits={"padding": "multiplied"} if BACKEND != "reference" else {})
