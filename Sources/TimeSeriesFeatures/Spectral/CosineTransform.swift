import CConvolutionKernels
import Convolution

#if canImport(Glibc)
  import Glibc
#elseif canImport(Darwin)
  import Darwin
#endif

/// The cosine transform of a row of logarithms, with the lifter: coefficient n is `lifter(n) · norm(n) · Σ_b cos(πn(b +
/// ½)/N) · x[b]` (DCT-II).
final class CosineTransform {
  let bands: [cck_band]
  private let memory: AlignedMemory

  init(_ settings: CepstrumSettings, inputs: Int) {
    let rows = (0..<settings.coefficients).map { n -> BandRow in
      let lifter =
        settings.lifter > 0
        ? 1 + settings.lifter / 2 * sin(Double.pi * Double(n + settings.lifterFirst) / settings.lifter) : 1
      let norm = ((n == 0 && settings.norm == .ortho ? 1 : 2) / Double(inputs)).squareRoot()
      return BandRow(
        first: 0,
        weights: (0..<inputs).map {
          Float(lifter * norm * cos(Double.pi * Double(n) * (Double($0) + 0.5) / Double(inputs)))
        })
    }
    (memory, bands) = packBands(rows)
  }
}
