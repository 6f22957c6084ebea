import CConvolutionKernels
import Convolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A scale on which equal steps sound alike.
public enum MelScale: String, CaseIterable, Sendable {
  /// Linear below 1000 Hz (3 mel for 200 Hz), then 27 mel for a factor of 6.4: M. Slaney, Auditory Toolbox, 1998.
  case slaney
  /// 2595 · log10(1 + f / 700): HTK's.
  case htk

  /// Mel of a frequency.
  public func mel(_ hertz: Double) -> Double {
    switch self {
    case .slaney: hertz < 1000 ? 3 * hertz / 200 : 15 + 27 * log(hertz / 1000) / log(6.4)
    case .htk: 2595 * log10(1 + hertz / 700)
    }
  }

  /// The frequency of a mel.
  public func hertz(_ mel: Double) -> Double {
    switch self {
    case .slaney: mel < 15 ? 200 * mel / 3 : 1000 * exp((mel - 15) * log(6.4) / 27)
    case .htk: 700 * (pow(10, mel / 2595) - 1)
    }
  }
}

/// How a bank of mel filters is laid out.
public struct MelSettings: Sendable, Equatable {
  /// How heavy a filter is.
  public enum Norm: String, CaseIterable, Sendable {
    /// Peaks of 1.
    case none
    /// Each filter over half of its width in hertz, so that all have about the same area.
    case slaney
  }

  /// The axis on which a filter is a triangle.
  public enum Axis: String, CaseIterable, Sendable {
    /// Straight sides over frequency: librosa, torchaudio.
    case hertz
    /// Straight sides over mel: HTK, Kaldi.
    case mel
  }

  /// Filters.
  public var bands = 128
  /// Where the first one begins.
  public var lowHz = 0.0
  /// Where the last one ends; nil: at half of the sample rate.
  public var highHz: Double?
  public var scale = MelScale.slaney
  public var norm = Norm.slaney
  public var axis = Axis.hertz

  public init() {}
}

/// Overlapping triangles, equally spaced in mel, over the bins of a spectrum: filter b rises from edge b to edge b + 1 and
/// falls to edge b + 2, its weights taken at the frequencies of the bins. Kept sparse.
public final class MelFilterBank {
  /// Filters.
  public var count: Int { bands.count }
  /// Filters without a bin that weighs anything: they are narrower than the distance of two bins.
  public let emptyBands: [Int]
  private let memory: AlignedMemory
  let bands: [cck_band]

  /// - Parameters:
  ///   - fftFrames: The length of the transform; the bins go from 0 Hz to half of the rate.
  /// - Memory: the weights that are not zero, about as many as there are bins on either side of a peak, and no more.
  /// - Throws: `FeatureError.outOfRange`, `.invalidParameters`.
  public init(_ settings: MelSettings, fftFrames: Int, sampleRateHz: Double) throws(FeatureError) {
    guard settings.bands > 0 else {
      throw .outOfRange(what: "the number of mel bands", expected: "1 or more", actual: settings.bands)
    }
    let nyquist = sampleRateHz / 2
    let high = settings.highHz ?? nyquist
    guard settings.lowHz >= 0, settings.lowHz < high, high <= nyquist else {
      throw .invalidParameters(
        place: "the mel bands", expected: "frequencies that rise, from 0 to half of the rate, \(nyquist) Hz",
        actual: "\(settings.lowHz) to \(high) Hz")
    }
    let scale = settings.scale
    let (lowMel, highMel) = (scale.mel(settings.lowHz), scale.mel(high))
    let mels = (0...settings.bands + 1).map { lowMel + (highMel - lowMel) * Double($0) / Double(settings.bands + 1) }
    let hertz = mels.map(scale.hertz)
    let edges = settings.axis == .hertz ? hertz : mels
    let perBin = sampleRateHz / Double(fftFrames)
    let rows = (0..<settings.bands).map { band -> BandRow in
      let (left, middle, right) = (edges[band], edges[band + 1], edges[band + 2])
      let factor = settings.norm == .slaney ? 2 / (hertz[band + 2] - hertz[band]) : 1
      // All bins within the triangle, and one more on either side for what division rounds.
      let first = max(0, Int((hertz[band] / perBin).rounded(.down)) - 1)
      let last = min(fftFrames / 2, Int((hertz[band + 2] / perBin).rounded(.up)) + 1)
      guard first <= last else { return BandRow(first: 0, weights: []) }
      return BandRow(
        first: first,
        weights: (first...last).map { bin in
          let frequency = Double(bin) * sampleRateHz / Double(fftFrames)
          let place = settings.axis == .hertz ? frequency : scale.mel(frequency)
          return Float(max(0, min((place - left) / (middle - left), (right - place) / (right - middle))) * factor)
        })
    }
    emptyBands = rows.indices.filter { rows[$0].weights.allSatisfy { $0 == 0 } }
    (memory, bands) = packBands(rows)
  }
}

/// Weights of neighbouring values, from the value `first` on; all others are 0.
struct BandRow {
  let first: Int
  let weights: [Float]
}

/// Rows of weights without the zeros at their ends, as the loops read them.
func packBands(_ rows: [BandRow]) -> (AlignedMemory, [cck_band]) {
  let chains = Int(CCK_DOT_CHAINS)
  let ranges = rows.map { row -> Range<Int> in
    guard let first = row.weights.firstIndex(where: { $0 != 0 }), let last = row.weights.lastIndex(where: { $0 != 0 })
    else { return 0..<0 }
    return first..<last + 1
  }
  let counts = ranges.map { ($0.count + chains - 1) / chains * chains }
  let memory = AlignedMemory(count: counts.reduce(0, +) + RealTransform.slack)
  var place = memory.base
  var bands: [cck_band] = []
  for (row, (range, count)) in zip(rows, zip(ranges, counts)) {
    for (offset, weight) in row.weights[range].enumerated() { place[offset] = weight }
    bands.append(
      cck_band(first: range.isEmpty ? 0 : row.first + range.lowerBound, count: count, weights: UnsafePointer(place)))
    place += count
  }
  return (memory, bands)
}
