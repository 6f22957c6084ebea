import ModelFormats
import Testing

@Suite("WaveNet weights: names, shapes and order")
struct WaveNetWeightsTests {
  @Test("the tensors of a network have these names and shapes")
  func expected() {
    let lines = fullNetwork.expectedTensors().map { "\($0.name) \($0.shape)" }
    #expect(
      lines == [
        "arrays.0.input.weight [4, 2, 1]",
        "arrays.0.layers.0.dilated.weight [8, 2, 3]", "arrays.0.layers.0.dilated.bias [8]",
        "arrays.0.layers.0.mixIn.weight [8, 2, 1]",
        "arrays.0.layers.0.residual.weight [4, 4, 1]", "arrays.0.layers.0.residual.bias [4]",
        "arrays.0.layers.0.skip.weight [5, 4, 1]", "arrays.0.layers.0.skip.bias [5]",
        "arrays.0.layers.1.dilated.weight [8, 2, 3]", "arrays.0.layers.1.dilated.bias [8]",
        "arrays.0.layers.1.mixIn.weight [8, 2, 1]",
        "arrays.0.layers.1.residual.weight [4, 4, 1]", "arrays.0.layers.1.residual.bias [4]",
        "arrays.0.layers.1.skip.weight [5, 4, 1]", "arrays.0.layers.1.skip.bias [5]",
        "arrays.0.head.weight [3, 5, 2]", "arrays.0.head.bias [3]",
        "arrays.1.input.weight [3, 4, 1]",
        "arrays.1.layers.0.dilated.weight [3, 3, 2]", "arrays.1.layers.0.dilated.bias [3]",
        "arrays.1.layers.0.mixIn.weight [3, 2, 1]",
        "arrays.1.layers.0.residual.weight [3, 3, 1]", "arrays.1.layers.0.residual.bias [3]",
        "arrays.1.layers.1.dilated.weight [3, 3, 4]", "arrays.1.layers.1.dilated.bias [3]",
        "arrays.1.layers.1.mixIn.weight [3, 2, 1]",
        "arrays.1.head.weight [2, 3, 1]",
        "head.0.weight [6, 2, 3]", "head.0.bias [6]",
        "head.1.weight [1, 6, 1]", "head.1.bias [1]",
      ])
  }

  @Test("every number of the file is used once, in its place")
  func places() throws {
    let bytes = numberedWeights(for: fullNetwork).serialized()
    let weights = try fullNetwork.readWeights(from: TensorFile(bytes: bytes, path: "w"))
    func flat(_ convolution: ConvolutionWeights?) -> [Float] {
      guard let convolution else { return [] }
      #expect(convolution.shape.reduce(1, *) == convolution.weight.count)
      return convolution.weight + (convolution.bias ?? [])
    }
    // The network's order is the order in which the numbers were assigned.
    var all: [Float] = []
    for array in weights.arrays {
      all += flat(array.input)
      for layer in array.layers {
        all += flat(layer.dilated) + flat(layer.mixIn) + flat(layer.residual) + flat(layer.skip)
      }
      all += flat(array.head)
    }
    for convolution in weights.head { all += flat(convolution) }
    #expect(all == (0..<all.count).map { Float($0) / 1024 })
    #expect(all.count == fullNetwork.expectedTensors().reduce(0) { $0 + $1.shape.reduce(1, *) })
    #expect(weights.arrays[1].layers[1].residual == nil)
    #expect(weights.arrays[0].layers[1].residual != nil)
    #expect(weights.arrays[0].head.bias != nil && weights.arrays[1].head.bias == nil)
  }

  @Test("the NAM standard network has 13,729 weights and biases, without the head scale and the unused last 1x1")
  func standardCount() {
    func array(_ channels: Int, _ headChannels: Int, bias: Bool) -> WaveNetArray {
      WaveNetArray(
        channels: channels, layers: (0..<10).map { WaveNetLayer(kernelSize: 3, dilation: 1 << $0) },
        headChannels: headChannels, headBias: bias)
    }
    let network = WaveNetDescription(
      weightsPath: "w", arrays: [array(16, 8, bias: false), array(8, 1, bias: true)])
    let count = network.expectedTensors().reduce(0) { $0 + $1.shape.reduce(1, *) }
    // A .nam file holds 13,802: the head scale and the last layer's unused 8 · 8 + 8 as well.
    #expect(count == 13_802 - 1 - 72)
    #expect(network.historyFrames == 4092)
  }

  private func reading(_ change: (inout TensorFile) -> Void) -> String {
    var file = numberedWeights(for: fullNetwork)
    change(&file)
    let changed = file
    return refusal { () throws(ModelFormatError) in try fullNetwork.readWeights(from: changed) }
  }

  @Test("a file that does not match the network is rejected with the tensor's name")
  func refused() {
    #expect(reading { _ in } == "accepted")
    #expect(
      reading { $0.tensors["head.1.bias"] = nil } == #"tensors: the tensor "head.1.bias" is missing"#)
    #expect(
      reading { $0.tensors["arrays.1.head.bias"] = StoredTensor(shape: [2], values: [0, 0]) }
        == #"tensors: the tensor "arrays.1.head.bias" is not used by the preset"#)
    #expect(
      reading {
        $0.tensors["arrays.0.input.weight"] = StoredTensor(shape: [2, 4, 1], values: [Float](repeating: 0, count: 8))
      }
        == #"tensors: tensor "arrays.0.input.weight" should have shape [4, 2, 1], but has [2, 4, 1]"#)
    #expect(
      reading { $0.tensors["head.1.bias"] = StoredTensor(shape: [1], values: [.nan]) }
        == #"tensors: value 0 of tensor "head.1.bias" should be a finite Float32, but is nan"#)
  }

  @Test("a missing or an extra tensor is rejected")
  func everyTensor() {
    for (name, _) in fullNetwork.expectedTensors() {
      #expect(reading { $0.tensors[name] = nil } == #"tensors: the tensor "\#(name)" is missing"#)
    }
    #expect(
      reading { file in
        for name in ["zebra", "aardvark"] { file.tensors[name] = StoredTensor(shape: [], values: [1]) }
      } == #"tensors: the tensor "aardvark" is not used by the preset"#)
  }
}
