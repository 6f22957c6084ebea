/// The outputs of a convolution, with the parts of the error bound of a Float32 run.
package struct ReferenceSums: Sendable {
  /// `[batch, outputChannels, axes…]`.
  package internal(set) var output: ReferenceGrid
  /// |bias| + Σ|w||x| of every output, in the output's order.
  package internal(set) var magnitudes: [Double]
  /// Taps of every output, n, including those in padding.
  package internal(set) var taps: [Int]
  /// Taps that multiply something: all but those in zero padding.
  package internal(set) var readTaps: [Int]

  /// The largest allowed error of a Float32 run of the direct path: `n·u·(|bias| + Σ|w||x|) + n·2⁻¹²⁶` with u = 2⁻²⁴.
  ///
  /// The input must be exact in Float32.
  package var errorBounds: [Double] {
    zip(taps, magnitudes).map { Double($0) * 0x1p-24 * $1 + Double($0) * 0x1p-126 }
  }

  /// The sum of every kind of convolution: at each output the bias, then the products over the input channels of its
  /// group (outermost) and the kernel positions, in this order.
  ///
  /// - Parameters:
  ///   - input: `[batch, inputChannels, axes…]`.
  ///   - outputChannels: A multiple of `groups`.
  ///   - groups: The number of groups of channels; the outputs of a group read only its inputs.
  ///   - bias: One number per output channel.
  ///   - outputSizes: Sizes of the output's axes after batch and channels.
  ///   - padding: The number in the padding; nil where padding adds nothing.
  ///   - places: Where the kernel positions read for the output at a position.
  ///   - weight: The weight from an input channel, counted within its group, to an output channel at a kernel position.
  init(
    input: ReferenceGrid, outputChannels: Int, groups: Int, bias: [Float]?, outputSizes: [Int], padding: Double?,
    places: (_ position: [Int]) -> [ReferencePlace],
    weight: (_ output: Int, _ input: Int, _ tap: Int) -> Double
  ) {
    let batch = input.sizes[0]
    let inputsPerGroup = input.sizes[1] / groups
    let outputsPerGroup = outputChannels / groups
    let inputPlane = product(input.planeSizes)
    let outputPlane = product(outputSizes)

    output = ReferenceGrid([batch, outputChannels] + outputSizes, repeating: 0)
    magnitudes = output.values
    taps = output.values.map { _ in 0 }
    readTaps = taps
    for plane in 0..<outputPlane {
      let places = places(position(plane, in: outputSizes))
      for b in 0..<batch {
        for o in 0..<outputChannels {
          var sum = Double(bias?[o] ?? 0)
          var magnitude = abs(sum)
          var tapCount = 0
          var readCount = 0
          for i in 0..<inputsPerGroup {
            let channel = o / outputsPerGroup * inputsPerGroup + i
            let first = (b * input.sizes[1] + channel) * inputPlane
            for (k, place) in places.enumerated() {
              let x: Double
              switch place {
              case .nowhere: continue
              case .padding:
                tapCount += 1
                guard let padding else { continue }
                x = padding
              case .input(let offset):
                tapCount += 1
                x = input.values[first + offset]
              }
              readCount += 1
              let product = weight(o, i, k) * x
              sum += product
              magnitude += abs(product)
            }
          }
          let index = (b * outputChannels + o) * outputPlane + plane
          output.values[index] = sum
          magnitudes[index] = magnitude
          taps[index] = tapCount
          readTaps[index] = readCount
        }
      }
    }
  }
}
