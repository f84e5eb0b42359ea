"""Training steps of LeNet-5, ResNet-20 and MobileNetV2 in PyTorch, for training.mjs: a JSON line in, a JSON line out."""

import json
import struct
import sys
import time

import torch
import torch.nn.functional as F

torch.set_num_threads(int(sys.argv[1]))


def load(path):
    """The tensors of a safetensors file."""
    with open(path, "rb") as file:
        data = file.read()
    (length,) = struct.unpack("<Q", data[:8])
    header = json.loads(data[8 : 8 + length])
    header.pop("__metadata__", None)
    body = data[8 + length :]
    return {
        name: torch.frombuffer(bytearray(body[slice(*entry["data_offsets"])]), dtype=torch.float32).reshape(entry["shape"])
        for name, entry in header.items()
    }


def oihw(name, value):
    """[height, width, channels, filters] → [filters, channels, height, width]; [inputs, units] → [units, inputs]."""
    if value.dim() == 4:
        return value.permute(3, 2, 0, 1).contiguous()
    return value.t().contiguous() if value.dim() == 2 else value.clone()


def lenet5(x, p):
    for conv in ("conv1", "conv2"):
        x = F.max_pool2d(F.relu(F.conv2d(x, p[conv + ".weight"], p[conv + ".bias"])), 2)
    x = x.permute(0, 2, 3, 1).flatten(1)
    for fc in ("fc3", "fc4"):
        x = F.relu(F.linear(x, p[fc + ".weight"], p[fc + ".bias"]))
    return F.linear(x, p["out.weight"], p["out.bias"])


def unit(x, p, path, name, stride):
    weight = p[f"{path}conv{name}.weight"]
    x = F.conv2d(x, weight, None, stride, (weight.shape[2] - 1) // 2)
    return F.batch_norm(x, None, None, p[f"{path}norm{name}.weight"], p[f"{path}norm{name}.bias"], True)


def resnet20(x, p):
    x = F.relu(unit(x, p, "", "1", 1))
    for stage in (1, 2, 3):
        for block in (1, 2, 3):
            path = f"stage{stage}.block{block}.sum."
            stride = 2 if stage > 1 and block == 1 else 1
            body = unit(F.relu(unit(x, p, path + "body.", "1", stride)), p, path + "body.", "2", 1)
            skip = unit(x, p, path + "skip.", "", stride) if path + "skip.conv.weight" in p else x
            x = F.relu(body + skip)
    return F.linear(x.mean((2, 3)), p["fc.weight"], p["fc.bias"])


# The stride of the first of so many blocks: table 2 of Sandler et al. 2018.
INVERTED = [(1, 1), (2, 2), (3, 2), (4, 2), (3, 1), (3, 2), (1, 1)]


def normed(x, p, path):
    return F.batch_norm(x, None, None, p[path + ".weight"], p[path + ".bias"], True)


def mobilenet_v2(x, p):
    x = F.relu6(normed(F.conv2d(x, p["conv1.weight"], None, 2, 1), p, "norm1"))
    strides = [first if i == 0 else 1 for count, first in INVERTED for i in range(count)]
    for number, stride in enumerate(strides, 1):
        path = f"block{number}."
        is_sum = path + "body.project.weight" in p
        path += "body." if is_sum else ""
        y = x
        if path + "expand.weight" in p:
            y = F.relu6(normed(F.conv2d(y, p[path + "expand.weight"]), p, path + "norm1"))
        y = F.conv2d(y, p[path + "depthwise.weight"], None, stride, 1, 1, y.shape[1])
        y = F.relu6(normed(y, p, path + "norm2"))
        y = normed(F.conv2d(y, p[path + "project.weight"]), p, path + "norm3")
        x = x + y if is_sum else y
    x = F.relu6(normed(F.conv2d(x, p["conv2.weight"]), p, "norm2"))
    return F.linear(x.mean((2, 3)), p["fc.weight"], p["fc.bias"])


NETS = {"lenet5": lenet5, "resnet20": resnet20, "mobilenetV2": mobilenet_v2}
state = {}


def begin(net, params, data):
    tensors = load(data)
    state["net"] = NETS[net]
    state["p"] = {name: oihw(name, value).requires_grad_() for name, value in load(params).items()}
    state["x"] = tensors["x"].permute(0, 3, 1, 2).contiguous()
    state["labels"] = tensors["labels"].long()
    state["optimizer"] = torch.optim.SGD(state["p"].values(), lr=0.01, momentum=0.9)
    return {}


def steps(count):
    times, losses = [], []
    for _ in range(count):
        start = time.perf_counter()
        state["optimizer"].zero_grad()
        loss = F.cross_entropy(state["net"](state["x"], state["p"]), state["labels"])
        loss.backward()
        state["optimizer"].step()
        times.append((time.perf_counter() - start) * 1000)
        losses.append(loss.item())
    return {"times": times, "losses": losses}


for line in sys.stdin:
    request = json.loads(line)
    answer = begin(**request["begin"]) if "begin" in request else steps(request["steps"])
    print(json.dumps(answer), flush=True)
