// An adapter between toeplitz and an engine in Rust, without other crates. In a crate it may be src/bin/adapter.rs.
//
//   rustc --edition 2021 -O FILE -o adapter
//   npx toeplitz smoke ./adapter    says within a second whether calls and tensors arrive
//   npx toeplitz check ./adapter    judges the operators; --help lists them all and what a call of each contains
//
// conv2d below is a naive convolution that is right. Let it call your engine instead, then add operators to `OPS`.

use std::collections::BTreeMap;
use std::io::{BufRead, Write};

pub struct Tensor {
    shape: Vec<usize>,
    data: Vec<f32>,
}

pub struct Call {
    attributes: Json,
    tensors: BTreeMap<String, Tensor>,
}

/// Why there is no result. A case that your engine does not offer is skipped: it is counted, and is no failure.
#[allow(dead_code)]
pub enum No {
    Skip(String),
    Error(String),
}

/// x [n, h, w, c], weight [kh, kw, c / groups, filters], perhaps bias [filters]; gives y [n, oh, ow, filters].
fn conv2d(call: &Call) -> Result<Tensor, No> {
    let (x, weight, bias) = (&call.tensors["x"], &call.tensors["weight"], call.tensors.get("bias"));
    let groups = call.attributes["groups"].number();
    // if groups > 1 { return Err(No::Skip("no groups".into())); }
    let [batch, height, width, channels] = x.shape[..] else { return Err(No::Error("x is not 4-D".into())) };
    let [kh, kw, c_per_group, filters] = weight.shape[..] else { return Err(No::Error("weight is not 4-D".into())) };
    let axis = |i: usize, n: usize, size: usize| {
        let stride = call.attributes["stride"][i].number();
        let dilation = call.attributes["dilation"][i].number();
        let padding = &call.attributes["padding"][i];
        let (before, after) = (padding[0].number(), padding[1].number());
        (stride, dilation, before, (n + before + after - (size - 1) * dilation - 1) / stride + 1)
    };
    let (sy, dy, top, oh) = axis(0, height, kh);
    let (sx, dx, left, ow) = axis(1, width, kw);
    let mut data = Vec::with_capacity(batch * oh * ow * filters);
    for n in 0..batch {
        for (i, j) in (0..oh).flat_map(|i| (0..ow).map(move |j| (i, j))) {
            for o in 0..filters {
                let first = o / (filters / groups) * c_per_group; // the first channel of the group of this filter
                let mut sum = 0.0;
                for (ky, kx) in (0..kh).flat_map(|ky| (0..kw).map(move |kx| (ky, kx))) {
                    let (row, column) = (i * sy + ky * dy, j * sx + kx * dx);
                    if row < top || row >= top + height || column < left || column >= left + width {
                        continue; // padding
                    }
                    let cell = ((n * height + row - top) * width + column - left) * channels + first;
                    let tap = (ky * kw + kx) * c_per_group * filters + o;
                    for c in 0..c_per_group {
                        sum += x.data[cell + c] * weight.data[tap + c * filters];
                    }
                }
                data.push(sum + bias.map_or(0.0, |b| b.data[o]));
            }
        }
    }
    Ok(Tensor { shape: vec![batch, oh, ow, filters], data })
}

type Operator = fn(&Call) -> Result<Tensor, No>;
const OPS: &[(&str, Operator)] = &[("conv2d", conv2d)]; // more: maxPool2d, avgPool2d, dense, …

/// Gradients get dy too, and give vec![("x", dx), ("weight", dw), ("bias", db)].
type Gradient = fn(&Call) -> Result<Vec<(&'static str, Tensor)>, No>;
const GRADIENTS: &[(&str, Gradient)] = &[];

/// Padding comes as [[before, after], …], never as a word. Also "version":"1.0", "requires":["groups = 1","stride <= size"]
/// (other cases are not asked), "layout":{"x":"NCHW","weight":"OIHW"} (default: NHWC and HWIO), and "dialect":"torch" or
/// onnx, tensorflow, webnn, caffe, for attributes by their names.
const ABOUT: &str = r#""name":"my engine","language":"rust","same":"numbers""#;

// The protocol: one line of JSON for each question and each answer.

pub enum Json {
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
    List(Vec<Json>),
    Object(BTreeMap<String, Json>),
}

impl Json {
    fn number(&self) -> usize {
        if let Json::Number(n) = self { *n as usize } else { panic!("a number is missing") }
    }
    fn text(&self) -> &str {
        if let Json::Text(text) = self { text } else { "" }
    }
    pub fn is_true(&self) -> bool {
        matches!(self, Json::Bool(true))
    }
}

impl std::ops::Index<&str> for Json {
    type Output = Json;
    fn index(&self, name: &str) -> &Json {
        if let Json::Object(members) = self { members.get(name).unwrap_or(&Json::Null) } else { &Json::Null }
    }
}

impl std::ops::Index<usize> for Json {
    type Output = Json;
    fn index(&self, i: usize) -> &Json {
        if let Json::List(list) = self { &list[i] } else { &Json::Null }
    }
}

struct Reader<'a> {
    line: &'a [u8],
    at: usize,
}

impl Reader<'_> {
    fn next(&mut self) -> u8 {
        while self.line.get(self.at).is_some_and(u8::is_ascii_whitespace) {
            self.at += 1;
        }
        self.line.get(self.at).copied().unwrap_or(0)
    }
    fn take(&mut self, c: u8) -> bool {
        let found = self.next() == c;
        self.at += found as usize;
        found
    }
    fn text(&mut self) -> String {
        let mut bytes = vec![];
        self.at += 1;
        while self.line[self.at] != b'"' {
            self.at += (self.line[self.at] == b'\\') as usize; // the questions have no other escapes than \" and \\
            bytes.push(self.line[self.at]);
            self.at += 1;
        }
        self.at += 1;
        String::from_utf8_lossy(&bytes).into_owned()
    }
    fn value(&mut self) -> Json {
        match self.next() {
            b'{' => {
                let mut members = BTreeMap::new();
                self.at += 1;
                while !self.take(b'}') {
                    self.next();
                    let name = self.text();
                    self.take(b':');
                    members.insert(name, self.value());
                    self.take(b',');
                }
                Json::Object(members)
            }
            b'[' => {
                let mut list = vec![];
                self.at += 1;
                while !self.take(b']') {
                    list.push(self.value());
                    self.take(b',');
                }
                Json::List(list)
            }
            b'"' => Json::Text(self.text()),
            _ => {
                let start = self.at;
                while self.line.get(self.at).is_some_and(|c| c.is_ascii_alphanumeric() || b"+-.".contains(c)) {
                    self.at += 1;
                }
                match std::str::from_utf8(&self.line[start..self.at]).unwrap_or("") {
                    "null" => Json::Null,
                    "true" => Json::Bool(true),
                    "false" => Json::Bool(false),
                    number => Json::Number(number.parse().expect("a question is no JSON")),
                }
            }
        }
    }
}

const DIGITS: &[u8] = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Tensors are base64 of float32 with the lowest byte first.
fn decode(json: &Json) -> Tensor {
    let Json::List(axes) = &json["shape"] else { panic!("a tensor has no shape") };
    let (mut bytes, mut bits, mut count) = (vec![], 0u32, 0);
    for c in json["data"].text().bytes().take_while(|c| *c != b'=') {
        bits = bits << 6 | DIGITS.iter().position(|d| *d == c).expect("base64") as u32;
        count += 6;
        if count >= 8 {
            count -= 8;
            bytes.push((bits >> count) as u8);
        }
    }
    let data = bytes.chunks_exact(4).map(|b| f32::from_le_bytes([b[0], b[1], b[2], b[3]])).collect();
    Tensor { shape: axes.iter().map(Json::number).collect(), data }
}

fn encode(tensor: &Tensor) -> String {
    let bytes: Vec<u8> = tensor.data.iter().flat_map(|v| v.to_le_bytes()).collect();
    let mut data = String::new();
    for three in bytes.chunks(3) {
        let bits = (0..3).fold(0u32, |bits, i| bits << 8 | *three.get(i).unwrap_or(&0) as u32);
        for i in 0..4 {
            data.push(if i > three.len() { '=' } else { DIGITS[(bits >> (18 - 6 * i) & 63) as usize] as char });
        }
    }
    format!(r#"{{"shape":{:?},"data":"{}"}}"#, tensor.shape, data)
}

fn answer(call: Json) -> String {
    let Json::Object(members) = call else { panic!("a question has no call") };
    let (mut tensors, mut attributes, mut op) = (BTreeMap::new(), Json::Null, String::new());
    for (name, each) in members {
        match name.as_str() {
            "attributes" => attributes = each,
            "op" => op = each.text().into(),
            _ => drop(tensors.insert(name, decode(&each))),
        }
    }
    let call = Call { attributes, tensors };
    let result = if call.tensors.contains_key("dy") {
        let (_, gradient) = GRADIENTS.iter().find(|(name, _)| *name == op).expect("an operator of the hello");
        gradient(&call).map(|parts| {
            let parts: Vec<String> = parts.iter().map(|(name, each)| format!("{name:?}:{}", encode(each))).collect();
            format!("{{{}}}", parts.join(","))
        })
    } else {
        let (_, operator) = OPS.iter().find(|(name, _)| *name == op).expect("an operator of the hello");
        operator(&call).map(|y| encode(&y))
    };
    let quoted = |text: String| format!("\"{}\"", text.replace(['"', '\\', '\n', '\r', '\t'], " "));
    match result {
        Ok(result) => format!(r#""result":{result}"#),
        Err(No::Skip(why)) => format!(r#""skip":{}"#, quoted(why)),
        Err(No::Error(what)) => format!(r#""error":{}"#, quoted(what)),
    }
}

fn main() -> std::io::Result<()> {
    let mut out = std::io::stdout();
    for line in std::io::stdin().lock().lines() {
        let line = line?;
        let Json::Object(mut message) = (Reader { line: line.as_bytes(), at: 0 }).value() else { continue };
        match message["cmd"].text() {
            "bye" => break,
            "hello" => {
                let ops: Vec<&str> = OPS.iter().map(|(name, _)| *name).collect();
                let gradients: Vec<&str> = GRADIENTS.iter().map(|(name, _)| *name).collect();
                writeln!(out, r#"{{{ABOUT},"ops":{ops:?},"gradients":{gradients:?}}}"#)?;
            }
            _ => {
                let seq = message["seq"].number();
                let call = message.remove("call").unwrap_or(Json::Null);
                writeln!(out, r#"{{"seq":{seq},{}}}"#, answer(call))?;
            }
        }
        out.flush()?;
    }
    Ok(())
}
