#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The shape of the weights that a window is multiplied with before the transform.
///
/// *Periodic* windows of n frames are the first n weights of the symmetric window of n + 1, as SciPy, librosa and
/// PyTorch use for spectra.
public enum WindowShape: String, CaseIterable, Sendable {
  /// ½ − ½ cos(2πi/n).
  case hann
  /// ½ − ½ cos(2πi/(n − 1)).
  case hannSymmetric = "hann-symmetric"
  /// 0.54 − 0.46 cos(2πi/n).
  case hamming
  /// 0.54 − 0.46 cos(2πi/(n − 1)): HTK's and Kaldi's.
  case hammingSymmetric = "hamming-symmetric"
  /// 0.42 − 0.5 cos(2πi/n) + 0.08 cos(4πi/n).
  case blackman
  /// The symmetric Hann window to the power of 0.85: Kaldi's own.
  case povey
  /// All ones.
  case rectangular

  /// The weights of a window of `count` frames, in double precision.
  public func weights(count: Int) -> [Double] {
    let isSymmetric = self == .hannSymmetric || self == .hammingSymmetric || self == .povey
    let period = isSymmetric ? max(1, count - 1) : count
    return (0..<count).map { index in
      guard count > 1 else { return 1 }
      let angle = 2 * Double.pi * Double(index) / Double(period)
      return switch self {
      case .hann, .hannSymmetric: 0.5 - 0.5 * cos(angle)
      case .hamming, .hammingSymmetric: 0.54 - 0.46 * cos(angle)
      case .blackman: 0.42 - 0.5 * cos(angle) + 0.08 * cos(2 * angle)
      case .povey: pow(0.5 - 0.5 * cos(angle), 0.85)
      case .rectangular: 1
      }
    }
  }
}
