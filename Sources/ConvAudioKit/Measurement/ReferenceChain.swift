import Convolution
import ModelFormats
import StreamingConvolution
import Verification

/// A chain computed in double precision from the definitions of its stages, for `ChainVerification`. Weights and
/// responses are the same Float32 numbers that the chain uses.
struct ReferenceChain {
  /// The rate at which the chain runs.
  let sampleRateHz: Int?
  /// Limit on the memory of resampled impulse responses.
  let maximumMemoryBytes: Int
  /// Frames by which resampled responses start early, so far. They delay the reference.
  private(set) var leadFrames = 0
  /// Whether the error bounds hold. They are derived for networks and gains only.
  private(set) var isBounded = true

  init(sampleRateHz: Int?, maximumMemoryBytes: Int) {
    self.sampleRateHz = sampleRateHz
    self.maximumMemoryBytes = maximumMemoryBytes
  }

  /// The output of `stages`.
  mutating func output(
    of stages: [Stage], on input: ReferenceNetwork.Signal
  ) throws -> ReferenceNetwork.Signal {
    try stages.reduce(input) { try output(of: $1, on: $0) }
  }

  private mutating func output(
    of stage: Stage, on input: ReferenceNetwork.Signal
  ) throws -> ReferenceNetwork.Signal {
    switch stage {
    case .network(let stage):
      return try around(stage.levels, input) { _, input in
        guard stage.network.inputChannels == 1, stage.network.outputChannels == 1 else {
          return ReferenceNetwork.output(of: stage.network, on: input, past: stage.past)
        }
        return input.eachChannel { ReferenceNetwork.output(of: stage.network, on: $0, past: stage.past) }
      }
    case .model(let model):
      return try around(model.levels, input) { chain, input in try chain.output(of: model.parts, on: input) }
    case .group(let group):
      return try around(group.levels, input) { chain, input in try chain.output(of: group.stages, on: input) }
    case .gain(let decibels):
      return try around(StageLevels(LevelsDescription(gainDecibels: decibels)), input) { _, input in input }
    case .response(let response):
      isBounded = false
      return try convolve(response, input)
    }
  }

  /// `run` between gains, mixed with the input.
  private mutating func around(
    _ levels: StageLevels, _ input: ReferenceNetwork.Signal,
    _ run: (inout ReferenceChain, ReferenceNetwork.Signal) throws -> ReferenceNetwork.Signal
  ) throws -> ReferenceNetwork.Signal {
    let dry = input.scaled(by: Double(levels.gainIn))
    let leadBefore = leadFrames
    let wet = try run(&self, dry)
    guard levels.mix < 1 else { return wet.scaled(by: Double(levels.gainOut)) }
    return wet.mixed(with: dry.delayed(by: leadFrames - leadBefore), share: Double(levels.mix))
      .scaled(by: Double(levels.gainOut))
  }

  private mutating func convolve(
    _ stage: ResponseStage, _ input: ReferenceNetwork.Signal
  ) throws -> ReferenceNetwork.Signal {
    let running = try stage.running(
      channels: input.frames.count, sampleRateHz: sampleRateHz, maximumBytes: maximumMemoryBytes)
    let (matrix, lead) = (running.matrix, running.leadFrames)
    let frames = input.frames.first?.count ?? 0
    var output = ReferenceNetwork.Signal(
      [[Double]](repeating: [Double](repeating: 0, count: frames), count: matrix.outputChannels))
    for path in matrix.paths {
      let (x, past) = (input.frames[path.input], input.rest[path.input])
      let response = matrix.responses[path.response].map { Double($0) * path.gain }
      // The past's share: the constant times all taps that still reach back before frame 0.
      var beyond = response.reduce(0, +) * past
      output.rest[path.output] += beyond
      output.frames[path.output].withUnsafeMutableBufferPointer { y in
        for t in 0..<frames {
          let newest = t - path.delayFrames
          if newest >= 0, newest < response.count { beyond -= response[newest] * past }
          var sum = beyond
          if newest >= 0 {
            for k in 0..<min(response.count, newest + 1) { sum += response[k] * x[newest - k] }
          }
          y[t] += sum
        }
      }
    }
    leadFrames += lead
    guard stage.description.mix < 1 else { return output }
    return output.mixed(with: input.delayed(by: lead), share: Double(stage.description.mix))
  }
}

extension ReferenceNetwork.Signal {
  /// Every channel on its own through `body`.
  fileprivate func eachChannel(_ body: (Self) -> Self) -> Self {
    var result = self
    for channel in frames.indices {
      var one = Self([frames[channel]], rest: [rest[channel]])
      (one.frameErrors, one.restErrors) = ([frameErrors[channel]], [restErrors[channel]])
      let output = body(one)
      (result.frames[channel], result.rest[channel]) = (output.frames[0], output.rest[0])
      (result.frameErrors[channel], result.restErrors[channel]) = (output.frameErrors[0], output.restErrors[0])
    }
    return result
  }

  /// Half a unit in the last place of 1, for what one more rounding of Float32 adds.
  private static var u: Double { 0x1p-24 }

  fileprivate func scaled(by factor: Double) -> Self {
    guard factor != 1 else { return self }
    var result = self
    for channel in frames.indices {
      result.frames[channel] = frames[channel].map { $0 * factor }
      result.frameErrors[channel] = zip(frames[channel], frameErrors[channel]).map {
        abs(factor) * ($1 * (1 + Self.u) + Self.u * abs($0))
      }
    }
    result.rest = rest.map { $0 * factor }
    result.restErrors = zip(rest, restErrors).map { abs(factor) * ($1 * (1 + Self.u) + Self.u * abs($0)) }
    return result
  }

  /// share · self + (1 − share) · dry; a single dry channel goes to all.
  fileprivate func mixed(with dry: Self, share: Double) -> Self {
    var result = self
    for channel in frames.indices {
      let other = dry.frames.count == 1 ? 0 : channel
      result.frames[channel] = zip(frames[channel], dry.frames[other]).map { $0 * share + $1 * (1 - share) }
      result.rest[channel] = rest[channel] * share + dry.rest[other] * (1 - share)
      // Two products and a sum, each rounded.
      result.frameErrors[channel] = frames[channel].indices.map { t in
        let carried = frameErrors[channel][t] * share + dry.frameErrors[other][t] * (1 - share)
        let size = abs(frames[channel][t]) * share + abs(dry.frames[other][t]) * (1 - share)
        return carried + 4 * Self.u * (size + carried)
      }
      let carried = restErrors[channel] * share + dry.restErrors[other] * (1 - share)
      let size = abs(rest[channel]) * share + abs(dry.rest[other]) * (1 - share)
      result.restErrors[channel] = carried + 4 * Self.u * (size + carried)
    }
    return result
  }

  fileprivate func delayed(by delay: Int) -> Self {
    guard delay > 0 else { return self }
    var result = self
    for channel in frames.indices {
      let past = [Double](repeating: rest[channel], count: min(delay, frames[channel].count))
      result.frames[channel] = past + frames[channel].dropLast(delay)
      let errors = [Double](repeating: restErrors[channel], count: min(delay, frames[channel].count))
      result.frameErrors[channel] = errors + frameErrors[channel].dropLast(delay)
    }
    return result
  }
}
