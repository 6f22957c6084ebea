import StreamingConvolution
import TestSupport
import Testing

@Suite("Partitioned convolution is accurate", .serialized)
struct PartitionedAccuracyTests {
  @Test(
    "white noise through a white kernel of unit energy: below −130 dB",
    arguments: Thoroughness.cases(
      of: [1, 2, 3, 31, 64, 97, 251, 512, 1000, 4093, 16_384, 65_537, 300_007, 1_000_003], quick: 8))
  func whiteNoise(taps: Int) throws {
    let w = LongConvolutionTruth.unitEnergyKernel(taps: taps)
    let x = Signals.noise(frames: min(taps + 5000, 400_000) + 5000, seed: 3)
    let matrix = try ResponseMatrix.mono(w)
    let truth = LongConvolutionTruth.convolution(x, w)
    for setting in ConvolverSetting.allCases {
      let y = try setting.convolver(matrix).aligned([x])[0]
      let error = LongConvolutionTruth.decibels(y, truth)
      #expect(error < -130, "\(setting): \(error) dB")
    }
    for t in [x.count - 1, x.count / 2] {
      #expect(abs(LongConvolutionTruth.direct(x, w, at: t) - truth[t]) < 1e-12)
    }
  }
}
