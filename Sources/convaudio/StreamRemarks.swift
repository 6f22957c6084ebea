import ConvAudioKit

extension BlockTimes {
  /// How long blocks took, in one sentence.
  var summary: String {
    func microseconds(_ nanoseconds: UInt64) -> String { "\(rounded(Double(nanoseconds) / 1000, 1)) µs" }
    return "\(count) blocks took p50 \(microseconds(percentile(0.5))), p99 \(microseconds(percentile(0.99))), "
      + "p99.9 \(microseconds(percentile(0.999))), worst \(microseconds(worstNanoseconds))"
  }
}

extension StreamReport {
  /// What a user should know, one sentence each; nothing when all went as expected.
  var remarks: [String] {
    let counts: [(count: Int, one: String, many: String)] = [
      (nonFiniteInputSamples, "sample of the input was NaN or infinite", "samples of the input were NaN or infinite"),
      (
        nonFiniteOutputSamples, "sample of the output was NaN or infinite", "samples of the output were NaN or infinite"
      ),
      (missingValues, "missing value was replaced", "missing values were replaced"),
    ]
    return counts.filter { $0.count > 0 }.map { "\($0.count) \($0.count == 1 ? $0.one : $0.many)" }
  }
}
