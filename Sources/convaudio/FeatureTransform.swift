import ArgumentParser
import ConvAudioKit

/// Values of `--transform`: transforms that are fitted to series, and features computed hop by hop.
enum FeatureTransform: String, CaseIterable, ExpressibleByArgument {
  case minirocket, multirocket, rocket, hydra
  case stft, mel, logmel, mfcc, scattering, stack, statistics

  /// The transform to fit; nil for features computed hop by hop.
  var fitted: FittedTransform.Kind? { FittedTransform.Kind(rawValue: rawValue) }
  /// The spectrum; nil for everything else.
  var spectral: SpectralOutput? { SpectralOutput(rawValue: rawValue) }
  /// Whether it gives a row every hop and needs no fit.
  var isHopwise: Bool { fitted == nil }
}
