import CConvolutionKernels
import Synchronization

/// The transform of all long convolutions: 2N real samples to N complex values and back. Products of the values are
/// convolutions modulo x^(2N) + 1.
///
/// ```
/// Z[k] = Σ_{n<N} (x[n] + i·x[n+N]) · ρ_k^n        ρ_k^N = i
/// ```
/// - A block of N new samples after the N before it, times a response of at most N taps: the second half of the result is
///   the convolution's next N samples, free of wrap-around.
/// - All N values are alike, so the multiply-add of spectra is one loop, and a complex transform of N does the work of a
///   real one of 2N without the pass that separates its halves; with Debian's FFTW that is 1.7 to 3 times as fast.
///   (R. Crandall, B. Fagin, Discrete weighted transforms and large-integer arithmetic, Math. Comp. 62, 1994.)
/// - N is split as `rowCount` rows of `columns`: our own pass over all rows (`right_angle_body.h`), then one FFTW
///   transform for each row, short enough for the first caches. The order of the values has no meaning, but is the same
///   in all spectra and products.
/// - The rows make a long transform divisible: `split` and `join` work on any range of columns, rows are transformed
///   one by one.
///
/// Made once and kept for the life of the process; see `shared(count:)`. A plain value of pointers, so that no reference
/// is counted when it is used.
public struct RightAngleTransform: @unchecked Sendable {
  // Sendable because nothing changes after init.
  /// N: complex values of a spectrum, and new samples per block. A power of two.
  public let count: Int
  /// Rows of the outer pass.
  public let rowCount: Int
  /// Complex values of a row.
  public let columns: Int

  /// What N may be.
  public static let counts = 32...1 << 17

  let plan: FourierPlan
  private let twiddles: UnsafePointer<Float>

  /// The transform of N = `count`, made on first use.
  /// - Precondition: A power of two within `counts`.
  public static func shared(count: Int) -> RightAngleTransform {
    cache.withLock { transforms in
      if let transform = transforms[count] { return transform }
      let transform = RightAngleTransform(count: count)
      transforms[count] = transform
      return transform
    }
  }

  private static let cache = Mutex<[Int: RightAngleTransform]>([:])

  private init(count: Int) {
    precondition(Self.counts.contains(count) && count & (count - 1) == 0, "a power of two within its limits")
    self.count = count
    rowCount = Self.rows(count: count)
    columns = count / rowCount
    plan = FourierPlan.shared(count: columns)
    // Never freed, because the transform lives as long as the process. Not an object that is retained once more: the
    // optimiser removes such a retain, and the memory is freed.
    let tables = AlignedMemory.permanent(count: 2 * count)
    twiddles = UnsafePointer(tables)
    let angles = Self.leafAngles(rowCount: rowCount)
    for row in 0..<rowCount {
      for column in 0..<columns {
        let (c, s) = Self.unitCircle(angles[row] * Double(column) / Double(columns))
        let place = column / 16 * 32 * rowCount + 32 * row + column % 16
        tables[place] = Float(c)
        tables[place + 16] = Float(s)
      }
    }
  }

  /// The fastest number of rows (Zen 5, AVX-512) among those with rows of at most 1024 up to N of 16,384, which are short
  /// enough to be spread over the blocks of a stream.
  public static func shape(count: Int) -> (rows: Int, columns: Int) {
    let rows = rows(count: count)
    return (rows, count / rows)
  }

  private static func rows(count: Int) -> Int {
    switch count {
    case ..<512: 1
    case ..<4096: 4
    case ..<16384: 8
    case ..<65536: 16
    default: 32
    }
  }

  /// Floating-point operations of the outer pass over one column.
  public var columnOperations: Int { rowCount * (6 + 5 * rowCount.trailingZeroBitCount) }
  /// Floating-point operations of one row: 5·n·log2(n).
  public var rowOperations: Int { 5 * columns * max(1, columns.trailingZeroBitCount) }

  /// Samples to rows.
  ///
  /// - Parameters:
  ///   - first: Samples 0 ..< N.
  ///   - second: Samples N ..< 2N.
  ///   - rows: Room for `count` interleaved complex numbers, 64-byte aligned.
  ///   - range: The columns; multiples of 16.
  @inline(__always)
  public func split(
    _ kernels: UnsafePointer<cck_kernels>, first: UnsafePointer<Float>, second: UnsafePointer<Float>,
    into rows: UnsafeMutablePointer<Float>, columns range: Range<Int>
  ) {
    var pass = cck_columns(
      row_count: rowCount, columns: columns, twiddles: twiddles, rows: rows, first: first, second: second,
      first_out: nil, second_out: nil)
    kernels.pointee.split(&pass, range.lowerBound, range.upperBound)
  }

  /// Rows to samples N ..< 2N, and to 0 ..< N when `first` is not nil; the result is scaled by N.
  @inline(__always)
  public func join(
    _ kernels: UnsafePointer<cck_kernels>, rows: UnsafeMutablePointer<Float>, first: UnsafeMutablePointer<Float>? = nil,
    second: UnsafeMutablePointer<Float>, columns range: Range<Int>
  ) {
    var pass = cck_columns(
      row_count: rowCount, columns: columns, twiddles: twiddles, rows: rows, first: nil, second: nil,
      first_out: first, second_out: second)
    kernels.pointee.join(&pass, range.lowerBound, range.upperBound)
  }

  /// Row `row` of `rows` to that part of the spectrum.
  @inline(__always)
  public func forward(
    row: Int, of rows: UnsafeMutablePointer<Float>, to spectrum: UnsafeMutablePointer<Float>
  ) {
    plan.forward(rows + 2 * row * columns, to: spectrum)
  }

  /// That part of the spectrum to row `row` of `rows`.
  @inline(__always)
  public func backward(
    row: Int, from spectrum: UnsafeMutablePointer<Float>, to rows: UnsafeMutablePointer<Float>
  ) {
    plan.backward(spectrum, to: rows + 2 * row * columns)
  }

  // MARK: - The tree of moduli

  /// Angles of ρ in the factors x^columns − ρ, row by row: x^N − i halved again and again, see `right_angle_body.h`.
  static func leafAngles(rowCount: Int) -> [Double] {
    var angles = [Double.pi / 2]
    while angles.count < rowCount { angles = angles.flatMap { [$0 / 2, $0 / 2 + Double.pi] } }
    return angles
  }

  /// Cosine and sine.
  static func unitCircle(_ angle: Double) -> (Double, Double) { (cosine(angle), sine(angle)) }
}
