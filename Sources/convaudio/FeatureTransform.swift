import ArgumentParser
import ConvAudioKit

/// What `--transform` takes: transforms that are fitted to series, and those that follow a stream hop by hop.
enum FeatureTransform: String, CaseIterable, ExpressibleByArgument {
  case minirocket, multirocket, rocket, hydra
  case stft, mel, logmel, mfcc, scattering, stack, statistics

  /// Of those that are fitted.
  var fitted: FittedTransform.Kind? { FittedTransform.Kind(rawValue: rawValue) }
  /// Of those that are spectra.
  var spectral: SpectralOutput? { SpectralOutput(rawValue: rawValue) }
  /// Whether it gives a row every hop, with nothing to fit.
  var isHopwise: Bool { fitted == nil }
}
