import Foundation

/// A preset of a few dozen weights, written by hand and not by `ModelFormats`.
///
/// Every stage is one array of two channels, two layers of kernel 2 and dilations 1 and 2, `tanh`, and a head. All
/// biases are other than 0, so that its answer to silence is not silence.
public struct TinyPreset: Sendable {
  /// One wavenet.
  public struct Stage: Sendable {
    public var inputChannels: Int
    public var outputChannels: Int
    public var past: String
    /// Name, shape and values, in the order in which they are stored.
    public var tensors: [(name: String, shape: [Int], values: [Float])]

    public init(inputs: Int = 1, outputs: Int = 1, past: String = "silence", seed: UInt64 = 1) {
      inputChannels = inputs
      outputChannels = outputs
      self.past = past
      let shapes: [(String, [Int])] = [
        ("arrays.0.input.weight", [2, inputs, 1]),
        ("arrays.0.layers.0.dilated.weight", [2, 2, 2]), ("arrays.0.layers.0.dilated.bias", [2]),
        ("arrays.0.layers.0.mixIn.weight", [2, inputs, 1]),
        ("arrays.0.layers.0.residual.weight", [2, 2, 1]), ("arrays.0.layers.0.residual.bias", [2]),
        ("arrays.0.layers.1.dilated.weight", [2, 2, 2]), ("arrays.0.layers.1.dilated.bias", [2]),
        ("arrays.0.layers.1.mixIn.weight", [2, inputs, 1]),
        ("arrays.0.head.weight", [outputs, 2, 1]),
      ]
      var seeds = SplitMix64(seed: seed)
      tensors = shapes.map { name, shape in
        (name, shape, Signals.noise(frames: shape.reduce(1, *), amplitude: 0.8, seed: seeds.next()))
      }
    }

    /// The stage as a safetensors file.
    var file: Data {
      var entries: [String] = []
      var values = Data()
      for tensor in tensors {
        let start = values.count
        for value in tensor.values {
          withUnsafeBytes(of: value.bitPattern.littleEndian) { values.append(contentsOf: $0) }
        }
        entries.append(
          #""\#(tensor.name)":{"dtype":"F32","shape":\#(tensor.shape),"data_offsets":[\#(start),\#(values.count)]}"#)
      }
      let header = Data("{\(entries.joined(separator: ","))}".utf8)
      return withUnsafeBytes(of: UInt64(header.count).littleEndian) { Data($0) } + header + values
    }
  }

  public var name: String
  public var sampleRateHz: Int?
  public var stages: [Stage]

  public init(_ name: String = "tiny", sampleRateHz: Int? = 48_000, stages: [Stage] = [Stage()]) {
    self.name = name
    self.sampleRateHz = sampleRateHz
    self.stages = stages
  }

  /// The preset file.
  public var json: String {
    let list = stages.enumerated().map { index, stage in
      #"""
      {"type": "wavenet", "weights": "\#(name).\#(index).safetensors", "past": "\#(stage.past)",
       "inputChannels": \#(stage.inputChannels), "arrays": [{"channels": 2, "kernelSize": 2, "dilations": [1, 2],
       "headChannels": \#(stage.outputChannels)}]}
      """#
    }
    let rate = sampleRateHz.map { #""sampleRateHz": \#($0), "# } ?? ""
    return #"""
      {"format": "convaudio-preset", "version": 1, "name": "\#(name)", "description": "For tests", \#(rate)
       "stages": [\#(list.joined(separator: ",\n"))]}
      """#
  }

  /// Writes preset and weights.
  ///
  /// - Parameter change: What is done to the preset file's text first. Default: nothing.
  /// - Returns: The path of the preset file.
  @discardableResult
  public func write(into folder: URL, changing change: (String) -> String = { $0 }) throws -> String {
    for (index, stage) in stages.enumerated() {
      try stage.file.write(to: folder.appendingPathComponent("\(name).\(index).safetensors"))
    }
    let url = folder.appendingPathComponent("\(name).json")
    try Data(change(json).utf8).write(to: url)
    return url.path
  }
}
