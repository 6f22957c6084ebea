import CConvolutionKernels
import Convolution

/// Wavelet scattering of one channel, orders 0 to 2, block by block (J. Andén, S. Mallat, Deep scattering spectrum,
/// IEEE Transactions on Signal Processing 62, 2014), with the filters of kymatio 0.3.
///
/// ```
/// S0 = x ∗ φ     S1[n] = |x ∗ ψn| ∗ φ     S2[n, m] = ||x ∗ ψn| ∗ ψm| ∗ φ, where ψm is slower than ψn
/// ```
/// - Shapes: samples of one channel → one row every T frames: `s0`, all `s1_n…`, all `s2_n…_m…`, where n and m count
///   down from the highest wavelet. Row r belongs to frame r·T; there are ⌈frames / T⌉ rows.
/// - Streaming: the stream is cut into blocks at fixed positions, however it arrives, so a file and a stream give the
///   same rows. Row r needs at most `lookAheadFrames` frames after its own.
/// - Edges: silence, or the recording mirrored. Filters are truncated where 2e-7 of them remains, and blocks overlap by
///   that much, so the rows are kymatio's wherever its own padding is the same: everywhere with `reflect`, and further
///   than `edgeFrames` from both ends with `zeros`. (kymatio's rows lie at multiples of T when its padding is a
///   multiple of T; otherwise they lie up to T − 1 frames later.)
/// - Numerics: Float32, within 1e-5 of the largest coefficient of each order.
/// - Memory: the filters and a few blocks; it does not grow.
/// - Complexity: O(log n) operations per frame and wavelet, for blocks of n frames.
public final class Scattering: HopFeatures {
  /// The settings it was made with.
  public let settings: ScatteringSettings
  public let channels = 1
  public let names: [String]
  /// The largest number of frames after its own that a row waits for.
  public var lookAheadFrames: Int { blockFrames + support + halo }
  /// Rows closer than this many frames to either end of a recording depend on the padding.
  public var edgeFrames: Int { support + halo }

  /// Frames that a block yields rows for, and frames that it needs on either side.
  let blockFrames: Int
  let halo: Int
  /// Half the length of the low-pass, in frames.
  let support: Int

  private struct Second {
    let filter: ScatteringFilter
    let halvings: Int
    let path: Int
  }

  private struct First {
    let filter: ScatteringFilter
    let halvings: Int
    let path: Int
    let seconds: [Second]
  }

  private let firsts: [First]
  private let averages: [Int: ScatteringAverage]
  /// By number of halvings of the rate.
  private let transforms: [EightRowTransform]
  private let kernels: UnsafePointer<cck_spectral_kernels>

  /// Frames in a transform: a block and its halo.
  private let count: Int
  private let rowsOfBlock: Int
  /// The past that is needed to mirror the end, then a block with its halo.
  private let samples: AlignedMemory
  private let past: Int
  private let spectrum: AlignedMemory
  private let secondSpectrum: AlignedMemory
  private let folded: AlignedMemory
  private let moduli: AlignedMemory
  private let valid: AlignedMemory
  private let sums: AlignedMemory
  /// `[path, row of the block]`.
  private let rows: AlignedMemory
  private let row: AlignedMemory

  /// Frames received, blocks done, rows emitted.
  private var frames = 0
  private var blocks = 0
  private var rowsDone = 0
  /// Frames in memory after the past.
  private var filled: Int

  /// Number of zeros before and after the valid values.
  private static let margin = 32

  /// Plans the filters for the settings.
  /// - Throws: `FeatureError.outOfRange`, also when the bank of filters would need gigabytes.
  public init(_ settings: ScatteringSettings, level: KernelLevel = .selected) throws(FeatureError) {
    try settings.check()
    self.settings = settings
    kernels = level.spectralKernels
    let hop = settings.hopFrames
    func whole(_ frames: Int) -> Int { (frames + hop - 1) / hop * hop }
    let lowWidth = Wavelet.baseWidth / Double(hop)
    let support = whole(Wavelet.support(width: lowWidth))
    let first = settings.order > 0 ? Wavelet.bank(perOctave: settings.firstPerOctave, scale: settings.scale) : []
    let second = settings.order > 1 ? Wavelet.bank(perOctave: settings.secondPerOctave, scale: settings.scale) : []
    // The longest total support of two wavelets in sequence.
    let halo = whole(
      first.map { one in
        Wavelet.support(width: one.width)
          + (second.filter { $0.halvings > one.halvings }.map { Wavelet.support(width: $0.width) }.max() ?? 0)
      }.max() ?? 0)
    var count = SpectralSettings.powerOfTwo(atLeast: max(4096, 16 * hop))
    while 10 * (count - 2 * halo) < 7 * count || count - 2 * halo < 2 * support + hop { count *= 2 }
    (self.halo, self.support, self.count) = (halo, support, count)
    blockFrames = count - 2 * halo
    rowsOfBlock = (blockFrames + 2 * support) / hop
    past = 2 * (support + halo) + 1
    try Self.checkSize(
      wavelets: first.count + second.count,
      paths: 1 + first.reduce(first.count) { paths, one in paths + second.count { $0.halvings > one.halvings } },
      count: count, rows: rowsOfBlock)

    let most = settings.hopScale
    var names = ["s0"] + first.indices.map { "s1_n\($0)" }
    let secondFilters = Self.secondFilters(first, second, most: most, count: count)
    var needed: Set<Int> = [0]
    var firsts: [First] = []
    for (number, wavelet) in first.enumerated() {
      let halvings = min(wavelet.halvings, most)
      let spectrum = morletSpectrum(wavelet, count: count)
      var seconds: [Second] = []
      for (other, slower) in second.enumerated() where slower.halvings > wavelet.halvings {
        let total = max(min(slower.halvings, most), halvings)
        seconds.append(Second(filter: secondFilters[[other, halvings]]!, halvings: total, path: names.count))
        names.append("s2_n\(number)_m\(other)")
        needed.insert(total)
      }
      needed.insert(halvings)
      firsts.append(
        First(
          filter: ScatteringFilter(spectrum, halvings: halvings, scale: 1 / Double(count)), halvings: halvings,
          path: 1 + number, seconds: seconds))
    }
    self.names = names
    self.firsts = firsts
    transforms = (0...(needed.max() ?? 0)).map { EightRowTransform(count: count >> $0, level: level) }
    var averages: [Int: ScatteringAverage] = [:]
    for halvings in needed {
      averages[halvings] = ScatteringAverage(
        width: lowWidth, support: support, hopFrames: hop, halvings: halvings, rows: rowsOfBlock,
        valid: blockFrames >> halvings, margin: Self.margin)
    }
    self.averages = averages

    let slack = RealTransform.slack
    samples = AlignedMemory(count: past + count + slack)
    spectrum = AlignedMemory(count: 2 * count + 2 * slack)
    secondSpectrum = AlignedMemory(count: 2 * count + 2 * slack)
    folded = AlignedMemory(count: 2 * count + slack)
    moduli = AlignedMemory(count: count + slack)
    valid = AlignedMemory(count: blockFrames + 2 * Self.margin + slack)
    sums = AlignedMemory(count: rowsOfBlock + slack)
    rows = AlignedMemory(count: names.count * rowsOfBlock)
    row = AlignedMemory(count: names.count)
    // Silence before the first frame, to be replaced if the beginning is mirrored.
    filled = support + halo
  }

  /// Rejects banks that would need gigabytes of memory, and minutes before the first row.
  private static func checkSize(wavelets: Int, paths: Int, count: Int, rows: Int) throws(FeatureError) {
    let most = (1 << 29) / count
    guard wavelets <= most else {
      throw .outOfRange(
        what: "the number of wavelets at this scale",
        expected: "at most \(most) (use fewer per octave, or a smaller scale)", actual: wavelets)
    }
    guard paths * rows <= 1 << 27 else {
      throw .outOfRange(
        what: "the number of columns at this scale",
        expected: "at most \((1 << 27) / rows) (use fewer wavelets per octave, or a lower order)", actual: paths)
    }
  }

  /// The filters of the second order, by wavelet number and the halvings of their input. Only one wavelet's full
  /// spectrum, which is as long as a block, is in memory at a time.
  private static func secondFilters(
    _ first: [Wavelet], _ second: [Wavelet], most: Int, count: Int
  ) -> [[Int]: ScatteringFilter] {
    var filters: [[Int]: ScatteringFilter] = [:]
    for (other, slower) in second.enumerated() {
      let rates = Set(first.filter { slower.halvings > $0.halvings }.map { min($0.halvings, most) })
      if rates.isEmpty { continue }
      let whole = morletSpectrum(slower, count: count)
      for halvings in rates {
        // At the lower rate, the aliased mean: kymatio's `periodize_filter_fourier`.
        let size = count >> halvings
        var spectrum = [Double](repeating: 0, count: size)
        for (index, value) in whole.enumerated() { spectrum[index % size] += value }
        let total = max(min(slower.halvings, most), halvings)
        filters[[other, halvings]] = ScatteringFilter(spectrum, halvings: total - halvings, scale: 1 / Double(count))
      }
    }
    return filters
  }

  public var framesToNextRow: Int { count - filled }

  public func push(
    _ input: UnsafePointer<UnsafePointer<Float>>, frames: Int, _ body: (HopRow) throws -> Void
  ) throws {
    var done = 0
    while done < frames {
      let piece = min(frames - done, count - filled)
      (samples.base + past + filled).update(from: input[0] + done, count: piece)
      filled += piece
      done += piece
      self.frames += piece
      if filled == count { try runBlock(limit: .max, body) }
    }
  }

  public func finish(_ body: (HopRow) throws -> Void) throws {
    let total = (frames + settings.hopFrames - 1) / settings.hopFrames
    guard frames > 0 else { throw FeatureError.tooShort(series: 0, expected: 1, actual: 0) }
    if settings.edges == .reflect, frames <= support + halo {
      throw FeatureError.tooShort(series: 0, expected: support + halo + 1, actual: frames)
    }
    var beyond = 0
    while rowsDone < total {
      let end = samples.base + past + filled
      for offset in 0..<count - filled {
        // Frames further out than any filter reaches do not matter: silence.
        let isMirrored = settings.edges == .reflect && beyond < support + halo
        // The last frame lies midway between a sample and its mirror image.
        end[offset] = isMirrored ? end[offset - 2 - 2 * beyond] : 0
        beyond += 1
      }
      filled = count
      try runBlock(limit: total, body)
    }
  }

  private func runBlock(limit: Int, _ body: (HopRow) throws -> Void) throws {
    let x = samples.base + past
    if blocks == 0, settings.edges == .reflect {
      let lead = support + halo
      for offset in 1...lead { x[lead - offset] = x[lead + offset] }
    }
    transformBlock(x)
    // Rows that do not depend on the next block.
    let hop = settings.hopFrames
    let complete = blockFrames / hop
    let firstRow = (blocks * blockFrames - 2 * support) / hop
    for index in 0..<complete where firstRow + index >= 0 && rowsDone < limit {
      for path in 0..<names.count { row.base[path] = rows.base[path * rowsOfBlock + index] }
      let place = (firstRow + index) * hop
      rowsDone += 1
      try body(
        HopRow(
          values: UnsafeBufferPointer(start: row.base, count: names.count), start: place, end: place + hop))
    }
    for path in 0..<names.count {
      let line = rows.base + path * rowsOfBlock
      line.update(from: line + complete, count: rowsOfBlock - complete)
      (line + rowsOfBlock - complete).update(repeating: 0, count: complete)
    }
    samples.base.update(from: samples.base + blockFrames, count: past + 2 * halo)
    filled = 2 * halo
    blocks += 1
  }

  private func transformBlock(_ x: UnsafeMutablePointer<Float>) {
    average(x, halvings: 0, path: 0)
    guard !firsts.isEmpty else { return }
    // Whole vectors are read before each row.
    let (spectrum, secondSpectrum) = (spectrum.base + RealTransform.slack, secondSpectrum.base + RealTransform.slack)
    transforms[0].forward(x, to: spectrum)
    for first in firsts {
      first.filter.apply(kernels, to: spectrum, folded: folded.base)
      transforms[first.halvings].backwardMagnitudes(folded.base, to: moduli.base)
      average(moduli.base, halvings: first.halvings, path: first.path)
      if first.seconds.isEmpty { continue }
      transforms[first.halvings].forward(moduli.base, to: secondSpectrum)
      for second in first.seconds {
        second.filter.apply(kernels, to: secondSpectrum, folded: folded.base)
        transforms[second.halvings].backwardMagnitudes(folded.base, to: moduli.base)
        average(moduli.base, halvings: second.halvings, path: second.path)
      }
    }
  }

  /// Adds the contribution of the valid part of a block to the rows that depend on it.
  private func average(_ values: UnsafeMutablePointer<Float>, halvings: Int, path: Int) {
    let length = blockFrames >> halvings
    let target = valid.base + Self.margin
    target.update(from: values + (halo >> halvings), count: length)
    (target + length).update(repeating: 0, count: Self.margin)
    averages[halvings]!.bands.withUnsafeBufferPointer {
      kernels.pointee.band_sums(valid.base, $0.baseAddress!, rowsOfBlock, sums.base)
    }
    let line = rows.base + path * rowsOfBlock
    for index in 0..<rowsOfBlock { line[index] += sums.base[index] }
  }
}
