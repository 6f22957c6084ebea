import Convolution
import StreamingConvolution
import TestSupport
import Testing

/// The output of a golden network.
func goldenRun(
  _ network: Network, _ input: [[Float]], past: Past, level: KernelLevel = .selected, fused: Bool = true,
  in schedule: BlockSchedule = .whole
) throws -> [[Float]] {
  let processor = try NetworkProcessor(network, past: past, maximumBlockFrames: 2048, fused: fused, level: level)
  let run = BlockRun.of(processor, on: input, in: schedule)
  #expect(run.failures == [])
  return run.output
}

/// Over all channels, as the script measured PyTorch's Float32 run.
func goldenError(_ output: [[Float]], _ truth: [[Double]]) -> Double {
  rmsError(output.flatMap { $0 }, truth.flatMap { $0 })
}

/// Twice the RMS error of that run.
func goldenBound(_ golden: GoldenCase, _ past: Past) throws -> Double {
  2 * (try #require(golden.facts.float32RMSError[past.rawValue]))
}
