import ConvAudioKit

/// Large kernels of one to three axes: transforms compared with direct sums, measured and according to the table.
func measureLargeKernels(rounds: Int) throws {
  let shapes: [(input: [Int], weights: [Int])] = [
    ([1, 1, 48_000], [1, 1, 64]), ([1, 1, 480_000], [1, 1, 512]), ([1, 1, 480_000], [1, 1, 4096]),
    ([1, 1, 480_000], [1, 1, 65_536]), ([1, 8, 48_000], [8, 8, 512]), ([1, 1, 256, 256], [1, 1, 5, 5]),
    ([1, 1, 256, 256], [1, 1, 11, 11]), ([1, 1, 512, 512], [1, 1, 31, 31]), ([1, 1, 1024, 1024], [1, 1, 101, 101]),
    ([1, 16, 128, 128], [16, 16, 15, 15]), ([1, 1, 64, 64, 64], [1, 1, 5, 5, 5]),
    ([1, 1, 96, 96, 96], [1, 1, 15, 15, 15]),
  ]
  print("| input | weights | transforms, ms (table) | direct, ms (table) | chosen | right? | tiles |")
  print("| --- | --- | ---: | ---: | --- | --- | --- |")
  for (input, weights) in shapes {
    let kernel = Array(weights.dropFirst(2))
    let geometry = try ConvolutionGeometry(axes: kernel.map { try KernelAxis(kernel: $0, padding: .same) })
    let noise = decayingNoise(taps: 10_007, seed: 3)
    func tensor(_ sizes: [Int]) throws -> Tensor {
      let shape = try Shape(sizes)
      return try Tensor(shape, values: (0..<shape.count).map { noise[$0 % noise.count] })
    }
    let (x, w) = (try tensor(input), try tensor(weights))
    let estimate = try FFTConvolutionEstimate(geometry, weights: w.shape, input: x.shape)
    let fast = try FFTConvolutionPlan(geometry, weights: w, input: x.shape)
    let direct =
      estimate.directNanoseconds < 3e9 && (kernel.max() ?? 0) < 1000
      ? try ConvolutionPlan(geometry, weights: w, input: x.shape) : nil
    var output = Tensor(fast.outputShape)
    var best = [Double.infinity, Double.infinity]
    for _ in 0..<(estimate.directNanoseconds < 2e8 ? rounds : 2) {
      best[0] = min(best[0], try ContinuousClock().measure { try fast.execute(x, into: &output) } / .milliseconds(1))
      if let direct {
        best[1] = min(
          best[1], try ContinuousClock().measure { try direct.execute(x, into: &output) } / .milliseconds(1))
      }
    }
    let isRight = fast.isCheaper == (best[0] < best[1])
    print(
      "| \(input) | \(weights) | \(decimal(best[0])) (\(decimal(estimate.nanoseconds / 1e6))) | \(decimal(best[1])) "
        + "(\(decimal(estimate.directNanoseconds / 1e6))) | \(fast.isCheaper ? "transforms" : "direct") | "
        + "\(isRight ? "yes" : "no, by \(decimal(max(best[0], best[1]) / min(best[0], best[1])))") | "
        + "\(fast.explanation[0]) |")
  }
}
