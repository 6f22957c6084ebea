#if canImport(Glibc)
  import Glibc
#else
  import Darwin
#endif

func cosine(_ angle: Double) -> Double { cos(angle) }
func sine(_ angle: Double) -> Double { sin(angle) }

/// Computes the spectra of responses in double precision, rounded to single once.
///
/// One object transforms many partitions of the same length; it owns scratch memory.
package final class KernelSpectrumMaker {
  /// The transform that the spectra are for.
  package let transform: RightAngleTransform
  private let samples: UnsafeMutablePointer<Double>
  private let rows: UnsafeMutablePointer<Double>
  private let spectrum: UnsafeMutablePointer<Double>
  private let twiddles: [(Double, Double)]

  /// Allocates scratch memory for `transform`.
  package init(_ transform: RightAngleTransform) {
    self.transform = transform
    samples = Self.allocate(transform.count)
    rows = Self.allocate(2 * transform.count)
    spectrum = Self.allocate(2 * transform.count)
    let angles = RightAngleTransform.leafAngles(rowCount: transform.rowCount)
    let columns = transform.columns
    twiddles = angles.flatMap { angle in
      (0..<columns).map { RightAngleTransform.unitCircle(angle * Double($0) / Double(columns)) }
    }
  }

  deinit {
    samples.deallocate()
    rows.deallocate()
    spectrum.deallocate()
  }

  private static func allocate(_ count: Int) -> UnsafeMutablePointer<Double> {
    let memory = UnsafeMutableRawPointer.allocate(byteCount: count * 8, alignment: 64)
    return memory.bindMemory(to: Double.self, capacity: count)
  }

  /// The spectrum of `gain / N` times up to N taps; 1/N compensates for the forward and backward transforms.
  ///
  /// - Parameters:
  ///   - taps: At most N, the rest is zero.
  ///   - offset: The place of the first tap among the N.
  ///   - output: Chunk c of the spectrum goes to `output + c · stride`.
  package func make(
    taps: ArraySlice<Float>, offset: Int = 0, gain: Double, into output: UnsafeMutablePointer<Float>, stride: Int
  ) {
    precondition(offset >= 0 && offset + taps.count <= transform.count, "a partition holds its taps")
    samples.update(repeating: 0, count: transform.count)
    let scale = gain / Double(transform.count)
    for (place, tap) in taps.enumerated() { samples[offset + place] = Double(tap) * scale }
    transform(samples, into: spectrum)
    for index in 0..<2 * transform.count {
      output[index / SpectrumChunk.floats * stride + index % SpectrumChunk.floats] = Float(spectrum[index])
    }
  }

  /// The spectrum of N samples before N zeros, interleaved, in double precision. Keeps `samples`.
  func transform(_ samples: UnsafePointer<Double>, into spectrum: UnsafeMutablePointer<Double>) {
    let (count, rowCount, columns) = (transform.count, transform.rowCount, transform.columns)
    for n in 0..<count { (rows[2 * n], rows[2 * n + 1]) = (samples[n], 0) }
    var angles = [Double.pi / 2]
    while angles.count < rowCount {
      let half = count / angles.count / 2
      for (node, angle) in angles.enumerated() {
        let (c, s) = RightAngleTransform.unitCircle(angle / 2)
        for n in 0..<half {
          let a = 2 * (2 * node * half + n)
          let b = a + 2 * half
          let (x, y) = (rows[b] * c - rows[b + 1] * s, rows[b] * s + rows[b + 1] * c)
          (rows[b], rows[b + 1]) = (rows[a] - x, rows[a + 1] - y)
          (rows[a], rows[a + 1]) = (rows[a] + x, rows[a + 1] + y)
        }
      }
      angles = angles.flatMap { [$0 / 2, $0 / 2 + Double.pi] }
    }
    for row in 0..<rowCount {
      let line = rows + 2 * row * columns
      for n in 0..<columns {
        let (c, s) = twiddles[row * columns + n]
        (line[2 * n], line[2 * n + 1]) = (line[2 * n] * c - line[2 * n + 1] * s, line[2 * n] * s + line[2 * n + 1] * c)
      }
      transform.plan.forward(line, to: spectrum + 2 * row * columns)
    }
  }
}

/// The memory layout of spectra: in chunks, so that the same chunk of many partitions is one stream.
package enum SpectrumChunk {
  /// Floats of a chunk: 32 complex numbers.
  package static let floats = 64

  /// Chunks of a spectrum of `count` complex numbers.
  package static func count(of count: Int) -> Int { 2 * count / floats }
}
