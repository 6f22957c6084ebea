#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// Which scattering transform: kymatio's `Scattering1D(J, Q, T, max_order)`.
public struct ScatteringSettings: Sendable, Equatable {
  /// J: the low-pass, and the longest wavelets, last 2^J frames.
  public var scale = 8
  /// Q of the first order: wavelets per octave.
  public var firstPerOctave = 8
  /// Q of the second order.
  public var secondPerOctave = 1
  /// log2 T: the low-pass lasts about T frames, and there is a row every T frames. nil: J.
  public var averagingScale: Int?
  /// The highest order: 0, 1 or 2.
  public var order = 2
  /// What is assumed beyond the ends of the stream.
  public var edges = EdgePadding.zeros

  /// J = 8, Q = 8 and 1, order 2, zeros at the edges.
  public init() {}

  /// log2 of the frames between two rows.
  public var hopScale: Int { averagingScale ?? scale }
  /// Frames between two rows.
  public var hopFrames: Int { 1 << hopScale }

  /// - Throws: `FeatureError.outOfRange`.
  func check() throws(FeatureError) {
    let ranges: [(String, Int, ClosedRange<Int>)] = [
      ("the scale J", scale, 1...15), ("the number of wavelets per octave", firstPerOctave, 1...64),
      ("the number of second-order wavelets per octave", secondPerOctave, 1...64),
      ("log2 of the averaging T", hopScale, 0...scale), ("the order", order, 0...2),
    ]
    for (what, value, range) in ranges where !range.contains(value) {
      throw .outOfRange(what: what, expected: "\(range.lowerBound) to \(range.upperBound)", actual: value)
    }
  }
}

/// A Morlet wavelet: its centre and width in cycles per frame, and how often its rate can be halved.
struct Wavelet: Sendable, Equatable {
  let center: Double
  let width: Double
  /// j: its output is stored at 2^−j of the rate.
  let halvings: Int

  /// Width of the low-pass, and smallest width of a wavelet, at scale 0.
  static let baseWidth = 0.1

  /// The wavelets of a bank, from high to low: geometric steps of 2^(−1/Q) while they are wider than the narrowest
  /// width that scale J allows, then Q − 1 wavelets of that width at equal steps down to zero.
  ///
  /// The rules and constants (r = √½, α = 5) are those of kymatio 0.3, after V. Lostanlen, Convolutional operators in
  /// the time-frequency domain, PhD thesis, 2017.
  static func bank(perOctave q: Int, scale: Int) -> [Wavelet] {
    let narrowest = baseWidth / Double(1 << scale)
    let step = exp2(-1 / Double(q))
    // Neighbours cross at r of their peaks.
    func width(_ center: Double) -> Double {
      center * (1 - step) / (1 + step) / (2 * log(1 / 0.5.squareRoot())).squareRoot()
    }
    let highest = max(1 / (1 + exp2(3 / Double(q))), 0.35)
    var centers: [Double] = []
    var widths: [Double] = []
    var elbow = width(highest)
    if width(highest) > narrowest {
      (centers, widths) = ([highest], [width(highest)])
      while widths[widths.count - 1] > narrowest / step {
        centers.append(centers[centers.count - 1] * step)
        widths.append(widths[widths.count - 1] * step)
      }
      elbow = centers[centers.count - 1]
    }
    for index in 1..<max(1, q) {
      centers.append(elbow - Double(index) / Double(q) * elbow)
      widths.append(narrowest)
    }
    return zip(centers, widths).map { center, width in
      let upper = min(center + 5 * width, 0.5)
      return Wavelet(center: center, width: width, halvings: Int((-log2(upper)).rounded(.down)) - 1)
    }
  }

  /// Half-length in frames beyond which the wavelet can be truncated: 2e-7 of a Gaussian's area lies past 5.2
  /// deviations.
  static func support(width: Double) -> Int { Int((5.2 / (2 * Double.pi * width)).rounded(.up)) }
}
