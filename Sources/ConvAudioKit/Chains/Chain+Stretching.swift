import Convolution
import ModelFormats
import StreamingConvolution

extension Chain {
  /// The same chain for a whole multiple of its sample rate, with dilations that are that many times as long. Impulse
  /// responses are resampled, as always. A chain without a rate, or with this one, is returned unchanged.
  ///
  /// - Throws: `ChainError.notAMultiple`, `.recurrent`, `.history`.
  func stretched(toHz rate: Int) throws(ChainError) -> Chain {
    guard let own = sampleRateHz, own != rate else { return self }
    let (factor, rest) = rate.quotientAndRemainder(dividingBy: own)
    guard rest == 0, factor > 0 else { throw .notAMultiple(ofHz: own, actualHz: rate) }
    var stages: [Stage] = []
    for (index, stage) in self.stages.enumerated() { stages.append(try stage.stretched(by: factor, index: index)) }
    return with(stages: stages, sampleRateHz: rate)
  }
}

extension Stage {
  fileprivate func stretched(by factor: Int, index: Int) throws(ChainError) -> Stage {
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
    case .group(let group):
      var stages: [Stage] = []
      for stage in group.stages { stages.append(try stage.stretched(by: factor, index: index)) }
      return .group(group.with(stages))
    case .response, .gain: return self
    }
  }
}
