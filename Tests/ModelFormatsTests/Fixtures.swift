import Foundation
import ModelFormats

/// The root folder of the package.
let packageFolder = URL(fileURLWithPath: #filePath)
  .deletingLastPathComponent().deletingLastPathComponent().deletingLastPathComponent()

/// The error's text, or `accepted`.
func refusal<Value>(_ body: () throws(ModelFormatError) -> Value) -> String {
  do {
    _ = try body()
    return "accepted"
  } catch {
    return error.description
  }
}

/// Makes a safetensors file from its parts, valid or not. `length` overrides the header length.
func safetensors(_ header: String, data: [UInt8] = [], length: UInt64? = nil) -> [UInt8] {
  let length = length ?? UInt64(header.utf8.count)
  return (0..<8).map { UInt8(truncatingIfNeeded: length >> UInt64(8 * $0)) } + Array(header.utf8) + data
}

/// Runs `body` with a new folder, and removes the folder.
func withTemporaryFolder<Value>(_ body: (String) throws -> Value) throws -> Value {
  let folder = FileManager.default.temporaryDirectory.appendingPathComponent("formats-\(UUID().uuidString)")
  try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
  defer { try? FileManager.default.removeItem(at: folder) }
  return try body(folder.path)
}

/// A preset that uses every key of version 1.
let fullPresetJSON = #"""
  {"format": "convaudio-preset", "version": 1, "name": "full", "description": "every key",
   "sampleRateHz": 48000,
   "stages": [{"type": "wavenet", "weights": "full.safetensors", "past": "zeroHistory",
     "inputChannels": 2, "headScale": 0.5,
     "arrays": [
       {"channels": 4, "kernelSize": 3, "dilations": [1, 2], "activation": "softsign", "gate": "sigmoid",
        "groups": 2, "skipChannels": 5, "headChannels": 3, "headKernelSize": 2, "headBias": true},
       {"channels": 3, "kernelSizes": [2, 4], "dilations": [4, 8],
        "activation": {"type": "prelu", "slopes": [0.1, 0.2, 0.25]}, "headChannels": 2}],
     "head": [{"activation": "relu", "outputChannels": 6, "kernelSize": 3},
       {"activation": {"type": "leakyReLU", "negativeSlope": 0.125}, "outputChannels": 1}]}],
   "metadata": {"maker": "test", "seed": 7, "loss": [0.5, null, true]}}
  """#

/// The value that `fullPresetJSON` describes.
let fullNetwork = WaveNetDescription(
  weightsPath: "full.safetensors", past: .zeroHistory, inputChannels: 2, headScale: 0.5,
  arrays: [
    WaveNetArray(
      channels: 4,
      layers: [WaveNetLayer(kernelSize: 3, dilation: 1), WaveNetLayer(kernelSize: 3, dilation: 2)],
      activation: .named(.softsign), gate: .sigmoid, groups: 2, skipChannels: 5, headChannels: 3, headKernelSize: 2,
      headBias: true),
    WaveNetArray(
      channels: 3,
      layers: [WaveNetLayer(kernelSize: 2, dilation: 4), WaveNetLayer(kernelSize: 4, dilation: 8)],
      activation: .prelu(slopes: [0.1, 0.2, 0.25]), headChannels: 2),
  ],
  head: [
    WaveNetHeadConvolution(activation: .named(.relu), outputChannels: 6, kernelSize: 3),
    WaveNetHeadConvolution(activation: .leakyReLU(negativeSlope: 0.125), outputChannels: 1),
  ])

/// Weights for a network: value n of the whole file is n / 1024.
func numberedWeights(for network: WaveNetDescription) -> TensorFile {
  var tensors: [String: StoredTensor] = [:]
  var next: Float = 0
  for (name, shape) in network.expectedTensors() {
    var values: [Float] = []
    for _ in 0..<shape.reduce(1, *) {
      values.append(next / 1024)
      next += 1
    }
    tensors[name] = StoredTensor(shape: shape, values: values)
  }
  return TensorFile(tensors: tensors, metadata: ["maker": "test"])
}
