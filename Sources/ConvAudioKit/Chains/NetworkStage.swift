import Convolution
import ModelFormats
import StreamingConvolution

/// A network of a preset with all that is said about its use.
public struct NetworkStage: Sendable {
  /// The network.
  public var network: Network
  /// How its past before the first frame is taken.
  public let past: Past
  /// Gains around it, and its share.
  public let levels: StageLevels

  public init(_ network: Network, past: Past = .silence, levels: StageLevels = StageLevels()) {
    self.network = network
    self.past = past
    self.levels = levels
  }

  /// The network between its gains. A mono network runs on every channel, each with a state of its own.
  /// - Throws: `PresetLookupError.channels`, `.network`, `.mix`.
  func prepare(at place: StagePlace, settings: ChainSettings) throws -> PreparedStage {
    let isMono = network.inputChannels == 1 && network.outputChannels == 1
    guard isMono || network.inputChannels == place.channels else {
      throw PresetLookupError.channels(preset: place.chain, expected: network.inputChannels, actual: place.channels)
    }
    do {
      return try levels.around(at: place) { resting in
        try prepare(copies: isMono ? place.channels : 1, restingInput: resting, settings: settings)
      }
    } catch let error as GeometryError {
      throw PresetLookupError.network(path: place.path, stage: place.index, reason: error)
    }
  }

  private func prepare(copies: Int, restingInput: [Float]?, settings: ChainSettings) throws -> PreparedStage {
    // Copies of a mono network that rest differently are networks of their own.
    let inputs = restingInput.map { copies == 1 ? [$0] : $0.map { [$0] } }
    func make(_ resting: [Float]?) throws(GeometryError) -> NetworkProcessor {
      try NetworkProcessor(
        network, past: past, restingInput: resting, maximumBlockFrames: settings.maximumBlockFrames,
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
  /// As a preset says it.
  init(_ description: PastDescription) {
    switch description {
    case .silence: self = .silence
    case .zeroHistory: self = .zeroHistory
    }
  }
}
