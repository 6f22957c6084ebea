import Convolution
import ModelFormats
import StreamingConvolution

/// A network in a chain: how its past is taken, and the levels around it.
package struct NetworkStage: Sendable {
  /// The network.
  package var network: Network
  /// How its past before the first frame is taken.
  package let past: Past
  /// Gains around it, and its share beside the dry signal.
  package let levels: StageLevels
  /// What a preset says of it; nil for any other network.
  let description: WaveNetDescription?

  /// A network with its past and levels.
  package init(_ network: Network, past: Past = .silence, levels: StageLevels = StageLevels()) {
    (self.network, self.past, self.levels, description) = (network, past, levels, nil)
  }

  /// The WaveNet of a preset.
  /// - Throws: `GeometryError` when the weights do not fit the description.
  init(_ description: WaveNetDescription, weights: WaveNetWeights) throws(GeometryError) {
    network = try Network(description, weights: weights)
    past = Past(description.past)
    levels = StageLevels(description.levels)
    self.description = description
  }

  /// The network between its gains. A mono network runs on every channel, each with a state of its own.
  /// - Throws: `ChainError.channels`, `.network`, `.mix`.
  func prepare(at place: StagePlace, settings: ChainSettings) throws -> PreparedStage {
    let isMono = network.inputChannels == 1 && network.outputChannels == 1
    guard isMono || network.inputChannels == place.channels else {
      throw ChainError.channels(
        input: place.input, chain: place.chain, expected: network.inputChannels, actual: place.channels)
    }
    do {
      return try levels.around(place) { try prepare(copies: isMono ? $0.channels : 1, at: $0, settings: settings) }
    } catch let error as GeometryError {
      throw ChainError.network(path: place.path, stage: place.index ?? 0, reason: error)
    }
  }

  private func prepare(copies: Int, at place: StagePlace, settings: ChainSettings) throws -> PreparedStage {
    // Copies of a mono network that rest differently are networks of their own.
    let inputs = place.restingInput.map { copies == 1 ? [$0] : $0.map { [$0] } }
    func make(_ resting: [Float]?) throws(GeometryError) -> NetworkProcessor {
      try NetworkProcessor(
        network, past: past, restingInput: resting, maximumBlockFrames: place.maximumBlockFrames,
        maximumStateBytes: settings.maximumStateBytes / max(1, copies))
    }
    let first = try make(inputs?.first)
    let bytes = first.stateBytes * copies
    guard copies > 1 else {
      return PreparedStage(processor: first, restingOutput: first.restingOutput, stateBytes: bytes)
    }
    let isSame = inputs.map { all in all.allSatisfy { $0 == all[0] } } ?? true
    var members = [first]
    for channel in 1..<copies { members.append(isSame ? try first.copy() : try make(inputs?[channel])) }
    return PreparedStage(
      processor: ChannelBank(members), restingOutput: members.flatMap(\.restingOutput), stateBytes: bytes)
  }
}

extension Past {
  /// The past of a preset's stage.
  init(_ description: PastDescription) {
    switch description {
    case .silence: self = .silence
    case .zeroHistory: self = .zeroHistory
    }
  }
}
