/// The weights of a network, layer by layer, all finite. Plain values, row-major, taps oldest first.
package struct WaveNetWeights: Sendable, Equatable {
  /// One for each array of the description.
  package var arrays: [WaveNetArrayWeights]
  /// One for each head convolution of the description.
  package var head: [ConvolutionWeights]
}

/// The weights of one array.
package struct WaveNetArrayWeights: Sendable, Equatable {
  /// 1x1 from the array's input to its channels, without bias.
  package var input: ConvolutionWeights
  /// One for each layer.
  package var layers: [WaveNetLayerWeights]
  /// Reads the skip sum.
  package var head: ConvolutionWeights
}

/// The weights of one layer.
package struct WaveNetLayerWeights: Sendable, Equatable {
  /// The dilated convolution.
  package var dilated: ConvolutionWeights
  /// 1x1 from the condition, without bias.
  package var mixIn: ConvolutionWeights
  /// 1x1 back to the residual path; nil for the last layer of the last array, whose result is not used.
  package var residual: ConvolutionWeights?
  /// 1x1 to the skip sum; nil: the activation itself is summed.
  package var skip: ConvolutionWeights?
}

/// The weights of one convolution.
package struct ConvolutionWeights: Sendable, Equatable {
  /// `[outputChannels, inputChannels / groups, taps]`
  package var shape: [Int]
  /// The weights, in row-major order of `shape`.
  package var weight: [Float]
  /// One per output channel; nil: no bias.
  package var bias: [Float]?
}

extension WaveNetDescription {
  /// Names and shapes of all tensors in the weights file, in the order of the network. The file must not hold any
  /// others.
  package func expectedTensors() -> [(name: String, shape: [Int])] {
    var tensors: [(name: String, shape: [Int])] = []
    for slot in slots() {
      tensors.append((slot.weightName, slot.shape))
      if slot.hasBias { tensors.append((slot.biasName, [slot.shape[0]])) }
    }
    return tensors
  }

  /// Reads the network's weights from a file.
  ///
  /// - Throws: `missingTensor`, `unexpectedTensor` (the alphabetically first), `wrongShape`, `unsupportedType` or
  ///   `nonFiniteValue`. Names and shapes are checked before any number is decoded.
  package func readWeights(from file: TensorFile) throws(ModelFormatError) -> WaveNetWeights {
    let expected = expectedTensors()
    for (name, shape) in expected {
      guard let tensor = file.tensors[name] else { throw .missingTensor(file: file.path, tensor: name) }
      guard tensor.shape == shape else {
        throw .wrongShape(file: file.path, tensor: name, expected: shape, actual: tensor.shape)
      }
    }
    if let stranger = Set(file.tensors.keys).subtracting(expected.map(\.name)).min() {
      throw .unexpectedTensor(file: file.path, tensor: stranger)
    }
    var weights = WaveNetWeights(arrays: [], head: [])
    for index in arrays.indices {
      var layers: [WaveNetLayerWeights] = []
      for layer in arrays[index].layers.indices {
        layers.append(
          WaveNetLayerWeights(
            dilated: try dilatedSlot(index, layer).read(from: file),
            mixIn: try mixInSlot(index, layer).read(from: file),
            residual: try residualSlot(index, layer)?.read(from: file),
            skip: try skipSlot(index, layer)?.read(from: file)))
      }
      weights.arrays.append(
        WaveNetArrayWeights(
          input: try inputSlot(index).read(from: file), layers: layers,
          head: try headSlot(index).read(from: file)))
    }
    for index in head.indices { weights.head.append(try convolutionSlot(index).read(from: file)) }
    return weights
  }
}

/// The name and shape of a convolution in the file. The functions below are the only place that knows them.
private struct Slot {
  let name: String
  let shape: [Int]
  let hasBias: Bool

  init(_ name: String, _ shape: [Int], bias: Bool) {
    self.name = name
    self.shape = shape
    self.hasBias = bias
  }

  var weightName: String { "\(name).weight" }
  var biasName: String { "\(name).bias" }

  func read(from file: TensorFile) throws(ModelFormatError) -> ConvolutionWeights {
    ConvolutionWeights(
      shape: shape, weight: try file.tensor(weightName, shape: shape),
      bias: hasBias ? try file.tensor(biasName, shape: [shape[0]]) : nil)
  }
}

extension WaveNetDescription {
  private func slots() -> [Slot] {
    var slots: [Slot] = []
    for index in arrays.indices {
      slots.append(inputSlot(index))
      for layer in arrays[index].layers.indices {
        slots.append(dilatedSlot(index, layer))
        slots.append(mixInSlot(index, layer))
        if let residual = residualSlot(index, layer) { slots.append(residual) }
        if let skip = skipSlot(index, layer) { slots.append(skip) }
      }
      slots.append(headSlot(index))
    }
    return slots + head.indices.map(convolutionSlot)
  }

  private func inputSlot(_ i: Int) -> Slot {
    let inputs = i == 0 ? inputChannels : arrays[i - 1].channels
    return Slot("arrays.\(i).input", [arrays[i].channels, inputs, 1], bias: false)
  }

  private func dilatedSlot(_ i: Int, _ j: Int) -> Slot {
    let array = arrays[i]
    return Slot(
      "arrays.\(i).layers.\(j).dilated",
      [array.activationInputChannels, array.channels / array.groups, array.layers[j].kernelSize], bias: true)
  }

  private func mixInSlot(_ i: Int, _ j: Int) -> Slot {
    Slot(
      "arrays.\(i).layers.\(j).mixIn", [arrays[i].activationInputChannels, inputChannels, 1], bias: false)
  }

  private func residualSlot(_ i: Int, _ j: Int) -> Slot? {
    let array = arrays[i]
    if i == arrays.count - 1 && j == array.layers.count - 1 { return nil }
    return Slot("arrays.\(i).layers.\(j).residual", [array.channels, array.channels, 1], bias: true)
  }

  private func skipSlot(_ i: Int, _ j: Int) -> Slot? {
    arrays[i].skipChannels.map { width in
      Slot("arrays.\(i).layers.\(j).skip", [width, arrays[i].channels, 1], bias: true)
    }
  }

  private func headSlot(_ i: Int) -> Slot {
    let array = arrays[i]
    return Slot(
      "arrays.\(i).head", [array.headChannels, array.skipWidth, array.headKernelSize], bias: array.headBias)
  }

  private func convolutionSlot(_ n: Int) -> Slot {
    let inputs = n == 0 ? arrays.last?.headChannels ?? inputChannels : head[n - 1].outputChannels
    return Slot("head.\(n)", [head[n].outputChannels, inputs, head[n].kernelSize], bias: true)
  }
}
