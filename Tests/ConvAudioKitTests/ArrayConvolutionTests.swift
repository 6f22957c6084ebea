import ConvAudioKit
import Testing

@Suite struct ArrayConvolutionTests {
  private func ones(_ shape: Int...) throws -> NumPyArray {
    try NumPyArray(shape: shape, values: [Float](repeating: 1, count: shape.reduce(1, *)))
  }

  @Test("Three axes are channels and one to go along, unless the rank says otherwise")
  func rank() throws {
    var convolution = ArrayConvolution()
    let (kernel, input) = (try ones(3, 2, 2), try ones(2, 5))
    #expect(
      try convolution.run(input: input, kernel: kernel).output
        == NumPyArray(shape: [3, 4], values: [4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4, 4]))
    convolution.rank = 3
    #expect(
      try convolution.run(input: ones(3, 2, 3), kernel: kernel).output
        == NumPyArray(shape: [1, 1, 2], values: [12, 12]))
    #expect(throws: ArrayConvolutionError.self) {
      try convolution.run(input: input, kernel: kernel)
    }
    for rank in [Int.min, -3, 0, 7, Int.max] {
      convolution.rank = rank
      #expect(throws: ArrayConvolutionError.rank(expected: 1...6, actual: rank)) {
        try convolution.run(input: input, kernel: kernel)
      }
    }
  }

  @Test("No number of a geometry overflows", arguments: [1 << 40, 1 << 62, Int.max, -1, Int.min])
  func extremes(number: Int) throws {
    let (input, kernel) = (try ones(1, 2, 5, 5), try ones(2, 2, 2, 2))
    for isTransposed in [false, true] {
      for groups in [1, number] {
        for change in 0..<3 {
          var convolution = ArrayConvolution()
          convolution.groups = groups
          if isTransposed {
            convolution.direction = .transposed(outputPadding: [change == 2 ? number : 0])
          }
          if change == 0 { convolution.stride = [number] }
          if change == 1 { convolution.dilation = [1, number] }
          if change == 2 { convolution.padding = [.explicit(before: number, after: 1)] }
          #expect(throws: (any Error).self) { try convolution.run(input: input, kernel: kernel) }
        }
      }
    }
  }

  @Test(
    "What would take more memory than is allowed is refused before it is taken",
    arguments: [false, true])
  func memory(isTransposed: Bool) throws {
    var convolution = ArrayConvolution()
    if isTransposed { convolution.direction = .transposed(outputPadding: [0]) }
    convolution.padding = isTransposed ? [.valid] : [.full]
    let (input, kernel) = (try ones(1000), try ones(25))
    // 1000 floats come, 1024 go, each twice, and a padded copy is between: about 20,000 bytes.
    convolution.maximumBytes = 25_000
    #expect(try convolution.run(input: input, kernel: kernel).output.shape == [1024])
    convolution.maximumBytes = 15_000
    let error = #expect(throws: ArrayConvolutionError.self) {
      try convolution.run(input: input, kernel: kernel)
    }
    guard case .memory(let output, let bytes, 15_000) = error else {
      Issue.record("\(String(describing: error))")
      return
    }
    #expect(output == [1024])
    #expect((16_000...25_000).contains(bytes))
  }
}
