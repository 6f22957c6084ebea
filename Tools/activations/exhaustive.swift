// Checks the pointwise functions over all floats, at every level the processor has, with and without flushing of
// denormals, against double precision. README.md in this folder says how to build and run it.
//
//   exhaustive [stride] [name ...]      stride 1 (default) is every one of the 2^32 floats
import Foundation

/// The worst that was seen of a function in one mode of denormals.
struct Score {
  var ulp = 0.0
  var ulpAt: Float = 0
  /// The worst error that only the absolute bound excuses.
  var absolute = 0.0
  var absoluteAt: Float = 0
  /// Values outside the contract, and the first of them.
  var wrong = 0
  var wrongAt: Float = 0

  mutating func merge(_ other: Score) {
    if other.ulp >= ulp { (ulp, ulpAt) = (other.ulp, other.ulpAt) }
    if other.absolute >= absolute { (absolute, absoluteAt) = (other.absolute, other.absoluteAt) }
    if other.wrong > 0 { (wrong, wrongAt) = (wrong + other.wrong, other.wrongAt) }
  }
}

struct Check {
  static let blockFrames = 4096
  static let slope: Float = 0.1

  let code: Int32
  let name: String
  let reference: ReferenceActivation
  let isOdd: Bool
  let hasAbsoluteBound: Bool

  init(code: Int32) {
    self.code = code
    name = String(cString: cck_activation_name(code))
    guard let kind = ReferenceActivation.Kind(rawValue: name) else { fatalError("ReferenceActivation has no \(name)") }
    let reference = ReferenceActivation(kind, slopes: [Self.slope])
    self.reference = reference
    isOdd = [0.3, 1.7, 5].allSatisfy { reference(-$0) == -reference($0) }
    hasAbsoluteBound = ["silu", "gelu", "geluTanh"].contains(name)
  }

  /// Compares `y` with the truth at `x`.
  func judge(_ score: inout Score, _ x: Float, _ y: Float, _ truth: Double, flushes: Bool = false) {
    var isWrong = false
    if truth.isNaN || truth.isInfinite {
      isWrong = truth.isNaN ? !y.isNaN : Double(y) != truth
    } else if !y.isFinite {
      isWrong = true
    } else if y == 0 && (abs(truth) < 0x1p-126 || (flushes && abs(x) < 0x1p-126)) {
      // Allowed. The sign of zero counts for the odd functions.
      isWrong = isOdd && x.sign != y.sign
    } else {
      let error = abs(Double(y) - truth)
      // The spacing of floats around the truth; denormals have that of the smallest normal number.
      let ulps = error / (max(abs(truth).binade, 0x1p-126) * 0x1p-23)
      if hasAbsoluteBound && error <= 0x1p-30 {
        if ulps > 4 && error > score.absolute { (score.absolute, score.absoluteAt) = (error, x) }
      } else {
        if ulps > score.ulp { (score.ulp, score.ulpAt) = (ulps, x) }
        isWrong = !(ulps <= 4)
      }
    }
    if isWrong {
      if score.wrong == 0 { score.wrongAt = x }
      score.wrong += 1
    }
  }

  /// Prints two rows of the table.
  /// - Returns: Whether the contract holds and all levels agree.
  func run(stride: UInt64) -> Bool {
    let levels = (0..<Int32(CCK_LEVEL_COUNT.rawValue)).filter { cck_level_available($0) != 0 }
    let padded = Self.blockFrames + Int(CCK_READ_SLACK)
    var x = [Float](repeating: 0, count: padded)
    // For denormals kept and flushed, one row for each level.
    var y = [[[Float]]](repeating: levels.map { _ in [Float](repeating: 0, count: padded) }, count: 2)
    var scores = [Score(), Score()]
    var same = Score()  // where both modes agree, they are judged once
    var (bitsDiffer, payloadsDiffer, flushDiffers) = (0, 0, 0)
    var next: UInt64 = 0
    while next < 1 << 32 {
      var count = 0
      while count < Self.blockFrames && next < 1 << 32 {
        x[count] = Float(bitPattern: UInt32(next))
        count += 1
        next += stride
      }
      for flush in 0..<2 {
        for (index, level) in levels.enumerated() {
          let before = flush == 1 ? cck_flush_denormals() : 0
          cck_kernels_of(level).pointee.activate(code, Self.slope, x, &y[flush][index], count)
          if flush == 1 { cck_restore_denormals(before) }
        }
        for index in levels.indices.dropFirst() {
          for i in 0..<count where y[flush][index][i].bitPattern != y[flush][0][i].bitPattern {
            if y[flush][index][i].isNaN && y[flush][0][i].isNaN { payloadsDiffer += 1 } else { bitsDiffer += 1 }
          }
        }
      }
      for i in 0..<count {
        let truth = reference(Double(x[i]))
        let (kept, flushed) = (y[0][0][i], y[1][0][i])
        if kept.bitPattern == flushed.bitPattern || (kept.isNaN && flushed.isNaN) {
          judge(&same, x[i], kept, truth)
        } else {
          flushDiffers += 1
          judge(&scores[0], x[i], kept, truth)
          judge(&scores[1], x[i], flushed, truth, flushes: true)
        }
      }
    }
    for flush in 0..<2 {
      scores[flush].merge(same)
      let score = scores[flush]
      let absolute =
        score.absolute > 0 ? String(format: "2^%.1f at %g", log2(score.absolute), score.absoluteAt) : ""
      let wrong = score.wrong > 0 ? "\(score.wrong), first \(String(format: "%a", score.wrongAt))" : "0"
      let differences = flush == 1 ? "| | \(flushDiffers)" : "\(bitsDiffer) | \(payloadsDiffer) |"
      let worst = String(format: "%.3f at %a", score.ulp, score.ulpAt)
      print(
        "| \(name) | \(flush == 1 ? "flushed" : "kept") | \(stride) | \(worst) | \(absolute) | \(wrong) | \(differences) |"
      )
    }
    return scores.allSatisfy { $0.wrong == 0 } && bitsDiffer == 0
  }
}

@main
struct Exhaustive {
  static func main() {
    setvbuf(stdout, nil, _IOLBF, 0)
    let arguments = CommandLine.arguments
    let stride = max(1, arguments.count > 1 ? UInt64(arguments[1]) ?? 1 : 1)
    print(
      """
      | kind | denormals | stride | max ulp | above 4 ulp but within 2^-30 | outside contract | levels differ \
      (both modes) | NaN payloads differ | flushing changes |
      | - | - | - | - | - | - | - | - | - |
      """)
    var isGood = true
    for check in (0..<Int32(CCK_ACTIVATION_COUNT.rawValue)).map(Check.init)
    where arguments.count <= 2 || arguments.dropFirst(2).contains(check.name) {
      isGood = check.run(stride: stride) && isGood
    }
    exit(isGood ? 0 : 1)
  }
}
