import ConvAudioKit
import Foundation

/// The measurements of a row, and its bound.
struct Report: Encodable {
  let name: String
  let starred: Bool
  let inputs, outputs, groups: Int
  let kernel, sizes, padding: [Int]
  let stride, dilation: Int
  let milliseconds, medianMilliseconds: Double
  let multiplyAdds, multiplyAddsInside, bytes: Int
  let gigaflops: Double
  /// The minimum time that arithmetic or memory allows, and which of the two it is.
  let boundMilliseconds: Double
  let bound: String
  let shareOfBound: Double

  /// - Parameter peak: Floating-point operations per second.
  init(_ subject: Subject, peak: Double) {
    let row = subject.row
    (name, starred, inputs, outputs, groups) = (row.name, row.isStarred, row.inputs, row.outputs, row.groups)
    (kernel, sizes, padding, stride, dilation) = (row.kernel, row.sizes, row.padding, row.stride, row.dilation)
    let best = subject.seconds.min() ?? 0
    milliseconds = best * 1e3
    medianMilliseconds = median(subject.seconds) * 1e3
    multiplyAdds = subject.plan.cost.multiplyAdds
    multiplyAddsInside = subject.plan.cost.multiplyAddsInside
    bytes = subject.bytes
    gigaflops = subject.operations / best / 1e9
    let (arithmetic, memory) = (subject.operations / peak, Double(subject.bytes) / subject.copyBandwidth)
    boundMilliseconds = max(arithmetic, memory) * 1e3
    bound = arithmetic >= memory ? "FMA" : "copy"
    shareOfBound = max(arithmetic, memory) / best
  }

  static let header = """
    | row | ms, best | median | GFLOP/s | bound | ms of bound | share of bound |
    | --- | ---: | ---: | ---: | --- | ---: | ---: |
    """

  var line: String {
    let numbers = [
      decimal(milliseconds, 5), decimal(medianMilliseconds, 5), decimal(gigaflops, 1), bound,
      decimal(boundMilliseconds, 5), decimal(100 * shareOfBound, 1) + " %",
    ]
    return "| \(name)\(starred ? " *" : "") | \(numbers.joined(separator: " | ")) |"
  }
}

func median(_ values: [Double]) -> Double { values.isEmpty ? 0 : values.sorted()[values.count / 2] }

func decimal(_ value: Double, _ digits: Int) -> String { String(format: "%.\(digits)f", value) }
