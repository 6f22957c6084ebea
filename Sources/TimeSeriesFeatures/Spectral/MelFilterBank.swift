import CConvolutionKernels
import Convolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// A frequency scale on which equal steps sound equal.
public enum MelScale: String, CaseIterable, Sendable {
  /// Linear below 1000 Hz (3 mel for 200 Hz), then 27 mel for a factor of 6.4: M. Slaney, Auditory Toolbox, 1998.
  case slaney
  /// 2595 · log10(1 + f / 700): HTK's.
  case htk

  /// Converts hertz to mel.
  public func mel(_ hertz: Double) -> Double {
    switch self {
    case .slaney: hertz < 1000 ? 3 * hertz / 200 : 15 + 27 * log(hertz / 1000) / log(6.4)
    case .htk: 2595 * log10(1 + hertz / 700)
    }
  }

  /// Converts mel to hertz.
  public func hertz(_ mel: Double) -> Double {
    switch self {
    case .slaney: mel < 15 ? 200 * mel / 3 : 1000 * exp((mel - 15) * log(6.4) / 27)
    case .htk: 700 * (pow(10, mel / 2595) - 1)
    }
  }
}

/// The layout of a bank of mel filters.
public struct MelSettings: Sendable, Equatable {
  /// How filters are scaled.
  public enum Norm: String, CaseIterable, Sendable {
    /// Every peak is 1.
    case none
    /// Each filter is divided by half its width in hertz, so that all have about the same area.
    case slaney
  }

  /// The axis on which filters are triangles.
  public enum Axis: String, CaseIterable, Sendable {
    /// Frequency in hertz: librosa, torchaudio.
    case hertz
    /// Mel: HTK, Kaldi.
    case mel
  }

  /// Number of filters.
  public var bands = 128
  /// Lower edge of the first filter, in hertz.
  public var lowHz = 0.0
  /// Upper edge of the last filter, in hertz; nil: half the sample rate.
  public var highHz: Double?
  /// The scale on which filters are equally spaced.
  public var scale = MelScale.slaney
  /// How filters are scaled.
  public var norm = Norm.slaney
  /// The axis on which filters are triangles.
  public var axis = Axis.hertz

  /// librosa's defaults.
  public init() {}
}

/// Overlapping triangles, equally spaced in mel, over the bins of a spectrum. Filter b rises from edge b to edge b + 1
/// and falls to edge b + 2; its weights are taken at the frequencies of the bins. Stored sparsely.
public final class MelFilterBank {
  /// Number of filters.
  public var count: Int { bands.count }
  /// Indices of filters with no nonzero weight: they are narrower than the distance between two bins.
  public let emptyBands: [Int]
  private let memory: AlignedMemory
  let bands: [cck_band]

  /// - Parameters:
  ///   - fftFrames: Length of the transform; bins go from 0 Hz to half the sample rate.
  /// - Memory: only the nonzero weights, about two per bin.
  /// - Throws: `FeatureError.outOfRange`, `.invalidParameters`.
  public init(_ settings: MelSettings, fftFrames: Int, sampleRateHz: Double) throws(FeatureError) {
    guard settings.bands > 0 else {
      throw .outOfRange(what: "the number of mel bands", expected: "1 or more", actual: settings.bands)
    }
    let nyquist = sampleRateHz / 2
    let high = settings.highHz ?? nyquist
    guard settings.lowHz >= 0, settings.lowHz < high, high <= nyquist else {
      throw .invalidParameters(
        place: "the mel bands",
        expected: "a lower and a higher frequency between 0 and half the sample rate, \(nyquist) Hz",
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
      // All bins within the triangle, and one more on either side in case the division rounds.
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

/// Weights of consecutive values, starting at index `first`; all others are 0.
struct BandRow {
  let first: Int
  let weights: [Float]
}

/// Packs rows of weights in the order that the C loops read, without the zeros at their ends.
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
