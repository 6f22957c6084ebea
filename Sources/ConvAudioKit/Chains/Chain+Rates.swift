import Convolution
import ModelFormats
import StreamingConvolution

/// Why a preset cannot run at another rate by stretching its dilations.
public enum StretchingError: Error, Equatable, Sendable {
  /// The rate is no whole multiple of the preset's.
  case rate(expectedMultipleOfHz: Int, actualHz: Int)
  /// A stage has a state that belongs to its rate.
  case recurrent(stage: Int)
  /// A stage's history grows too long.
  case history(stage: Int, reason: GeometryError)
}

extension StretchingError: CustomStringConvertible {
  public var description: String {
    switch self {
    case .rate(let expected, let actual): "\(actual) Hz is no whole multiple of \(expected) Hz."
    case .recurrent(let stage): "stages[\(stage)] is recurrent, which belongs to its rate."
    case .history(let stage, let reason): "stages[\(stage)]: \(reason)."
    }
  }
}

extension Chain {
  /// The same chain for a rate that is a whole multiple of its own, by dilations that are so many times as long. Impulse
  /// responses are resampled, as always.
  ///
  /// - Returns: The chain itself when it has no rate, or that rate.
  func stretched(toHz rate: Int) throws(StretchingError) -> Chain {
    guard let own = preset.sampleRateHz, own != rate else { return self }
    let (factor, rest) = rate.quotientAndRemainder(dividingBy: own)
    guard rest == 0, factor > 0 else { throw .rate(expectedMultipleOfHz: own, actualHz: rate) }
    var stages: [Stage] = []
    for (index, stage) in self.stages.enumerated() { stages.append(try stage.stretched(by: factor, index: index)) }
    return with(stages: stages, sampleRateHz: rate)
  }
}

extension Stage {
  fileprivate func stretched(by factor: Int, index: Int) throws(StretchingError) -> Stage {
    switch self {
    case .network(var stage):
      let network: Network?
      do throws(GeometryError) {
        network = try stage.network.stretched(by: factor)
      } catch {
        throw .history(stage: index, reason: error)
      }
      guard let network else { throw .recurrent(stage: index) }
      stage.network = network
      return .network(stage)
    case .model(var stage):
      var parts: [Stage] = []
      for part in stage.parts { parts.append(try part.stretched(by: factor, index: index)) }
      stage.parts = parts
      return .model(stage)
    case .response, .gain: return self
    }
  }
}
