// An adapter between toeplitz and an engine in C++, without other libraries.
//
//   c++ -std=c++17 -O2 FILE -o adapter
//   npx toeplitz smoke ./adapter    says within a second whether calls and tensors arrive
//   npx toeplitz check ./adapter    judges the operators; --help lists them all and what a call of each contains
//
// conv2d below is a naive convolution that is right. Let it call your engine instead, then add operators to `ops`.

#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <functional>
#include <iostream>
#include <map>
#include <stdexcept>
#include <string>
#include <vector>

struct Tensor {
  std::vector<int> shape;
  std::vector<float> data;
};

/** A value of JSON: null (also where a member is missing), true or false, a number, a text, a list or an object. */
struct Json {
  enum Kind { Null, Bool, Number, Text, List, Object } kind = Null;
  double number = 0;
  std::string text;
  std::vector<Json> list;
  std::map<std::string, Json> members;

  const Json& operator[](const std::string& name) const {
    static const Json missing;
    const auto found = members.find(name);
    return found == members.end() ? missing : found->second;
  }
  const Json& operator[](size_t i) const { return list.at(i); }
  int integer() const { return static_cast<int>(number); }
};

struct Call {
  const Json& attributes;
  const std::map<std::string, Tensor>& tensors;
  const Tensor& operator[](const std::string& name) const { return tensors.at(name); }
  bool has(const std::string& name) const { return tensors.count(name) > 0; }
};

/** Throw it for a case that your engine does not offer: the case is counted, and is no failure. */
struct Skip : std::runtime_error {
  using std::runtime_error::runtime_error;
};

/** x [n, h, w, c], weight [kh, kw, c / groups, filters], perhaps bias [filters]; gives y [n, oh, ow, filters]. */
Tensor conv2d(const Call& call) {
  const Tensor &x = call["x"], &weight = call["weight"];
  const int groups = call.attributes["groups"].integer(), channels = x.shape[3];
  // if (groups > 1) throw Skip("no groups");
  const int C = weight.shape[2], filters = weight.shape[3];
  int stride[2], dilation[2], before[2], out[2];
  for (int i = 0; i < 2; i++) {
    stride[i] = call.attributes["stride"][i].integer();
    dilation[i] = call.attributes["dilation"][i].integer();
    const Json& padding = call.attributes["padding"][i];
    before[i] = padding[0].integer();
    const int reach = (weight.shape[i] - 1) * dilation[i] + 1;
    out[i] = (x.shape[1 + i] + before[i] + padding[1].integer() - reach) / stride[i] + 1;
  }
  Tensor y{{x.shape[0], out[0], out[1], filters}, {}};
  for (int n = 0; n < x.shape[0]; n++)
    for (int i = 0; i < out[0]; i++)
      for (int j = 0; j < out[1]; j++)
        for (int o = 0; o < filters; o++) {
          const int first = o / (filters / groups) * C;  // the first channel of the group of this filter
          float sum = 0;
          for (int ky = 0; ky < weight.shape[0]; ky++)
            for (int kx = 0; kx < weight.shape[1]; kx++) {
              const int row = i * stride[0] + ky * dilation[0] - before[0];
              const int column = j * stride[1] + kx * dilation[1] - before[1];
              if (row < 0 || row >= x.shape[1] || column < 0 || column >= x.shape[2]) continue;  // padding
              const size_t cell = ((size_t(n) * x.shape[1] + row) * x.shape[2] + column) * channels + first;
              const size_t tap = size_t(ky * weight.shape[1] + kx) * C * filters + o;
              for (int c = 0; c < C; c++) sum += x.data[cell + c] * weight.data[tap + size_t(c) * filters];
            }
          y.data.push_back(call.has("bias") ? sum + call["bias"].data[o] : sum);
        }
  return y;
}

const std::map<std::string, std::function<Tensor(const Call&)>> ops = {{"conv2d", conv2d}};  // more: maxPool2d, dense, …

/** Gradients get dy too: {"conv2d", f} where f gives {{"x", dx}, {"weight", dw}, {"bias", db}}. */
const std::map<std::string, std::function<std::map<std::string, Tensor>(const Call&)>> gradients = {};

/** Padding comes as [[before, after], …], never as a word. Also "version":"1.0", "requires":["groups = 1","stride <= size"]
 *  (other cases are not asked), "layout":{"x":"NCHW","weight":"OIHW"} (default: NHWC and HWIO), and "dialect":"torch" or
 *  onnx, tensorflow, webnn, caffe, for attributes by their names. */
const std::string about = R"("name":"my engine","language":"cpp","same":"numbers")";

// The protocol: one line of JSON for each question and each answer.

struct Reader {
  const std::string& line;
  size_t at = 0;

  char next() {
    while (at < line.size() && std::strchr(" \t\r\n", line[at])) at++;
    return at < line.size() ? line[at] : '\0';
  }
  bool take(char c) { return next() == c && ++at; }
  std::string text() {
    std::string value;
    for (at++; at < line.size() && line[at] != '"'; at++) {
      if (line[at] == '\\') at++;  // the questions have no other escapes than \" and \\.
      value += line[at];
    }
    at++;
    return value;
  }
  Json value() {
    Json json;
    const char c = next();
    if (c == '{') {
      json.kind = Json::Object;
      for (at++; !take('}'); take(',')) {
        next();
        std::string name = text();
        take(':');
        json.members[name] = value();
      }
    } else if (c == '[') {
      json.kind = Json::List;
      for (at++; !take(']'); take(',')) json.list.push_back(value());
    } else if (c == '"') {
      json.kind = Json::Text;
      json.text = text();
    } else if (c == 't' || c == 'f' || c == 'n') {
      json.kind = c == 'n' ? Json::Null : Json::Bool;
      json.number = c == 't';
      at += c == 'f' ? 5 : 4;
    } else {
      char* end;
      json.kind = Json::Number;
      json.number = std::strtod(line.c_str() + at, &end);
      if (end == line.c_str() + at) throw std::runtime_error("a question is no JSON: " + line.substr(0, 200));
      at = end - line.c_str();
    }
    return json;
  }
};

const std::string digits = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/** Tensors are base64 of float32 with the lowest byte first, as this host is expected to have them. */
Tensor decode(const Json& json) {
  Tensor tensor;
  for (const Json& each : json["shape"].list) tensor.shape.push_back(each.integer());
  std::vector<unsigned char> bytes;
  uint32_t bits = 0, count = 0;
  for (char c : json["data"].text) {
    if (c == '=') break;
    bits = bits << 6 | uint32_t(digits.find(c));
    if ((count += 6) >= 8) bytes.push_back(static_cast<unsigned char>(bits >> (count -= 8)));
  }
  tensor.data.resize(bytes.size() / 4);
  if (!bytes.empty()) std::memcpy(tensor.data.data(), bytes.data(), bytes.size());
  return tensor;
}

std::string encode(const Tensor& tensor) {
  std::string shape, data;
  for (int n : tensor.shape) shape += (shape.empty() ? "" : ",") + std::to_string(n);
  const auto* bytes = reinterpret_cast<const unsigned char*>(tensor.data.data());
  const size_t size = tensor.data.size() * 4;
  for (size_t i = 0; i < size; i += 3) {
    uint32_t bits = 0;
    for (size_t j = 0; j < 3; j++) bits = bits << 8 | (i + j < size ? bytes[i + j] : 0);
    for (size_t j = 0; j < 4; j++) data += i + j > size ? '=' : digits[bits >> (18 - 6 * j) & 63];
  }
  return R"({"shape":[)" + shape + R"(],"data":")" + data + "\"}";
}

std::string quoted(const std::string& text) {
  std::string value = "\"";
  for (char c : text) {
    if (c == '"' || c == '\\') value += '\\';
    value += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
  }
  return value + "\"";
}

std::string answer(const Json& call) {
  try {
    std::map<std::string, Tensor> tensors;
    for (const auto& [name, each] : call.members)
      if (each["data"].kind == Json::Text) tensors[name] = decode(each);
    const Call asked{call["attributes"], tensors};
    const std::string& op = call["op"].text;
    if (!asked.has("dy")) return "\"result\":" + encode(ops.at(op)(asked));
    std::string parts;
    for (const auto& [name, each] : gradients.at(op)(asked))
      parts += (parts.empty() ? "" : ",") + quoted(name) + ":" + encode(each);
    return "\"result\":{" + parts + "}";
  } catch (const Skip& why) {
    return "\"skip\":" + quoted(why.what());
  } catch (const std::exception& error) {
    return "\"error\":" + quoted(error.what());
  }
}

template <typename Table>
std::string names(const Table& table) {
  std::string list;
  for (const auto& each : table) list += (list.empty() ? "" : ",") + quoted(each.first);
  return "[" + list + "]";
}

int main() {
  for (std::string line; std::getline(std::cin, line);) {
    const Json message = Reader{line}.value();
    if (message["cmd"].text == "bye") break;
    if (message["cmd"].text == "hello")
      std::cout << "{" << about << ",\"ops\":" << names(ops) << ",\"gradients\":" << names(gradients) << "}" << std::endl;
    else
      std::cout << "{\"seq\":" << message["seq"].integer() << "," << answer(message["call"]) << "}" << std::endl;
  }
}
