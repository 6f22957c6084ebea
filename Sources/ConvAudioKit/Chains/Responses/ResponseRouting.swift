import ModelFormats
import StreamingConvolution

extension ResponseStage {
  /// Channels of a routing that is written out path by path; nil when they depend on the signal.
  var pathChannels: (input: Int, output: Int)? {
    guard case .paths(_, let input, let output) = description.routing else { return nil }
    return (input, output)
  }

  /// Channels of a signal to try the stage with, where there is none.
  var typicalChannels: Int {
    switch description.routing {
    case .paths(_, let input, _): input
    case .named(.trueStereo): 2
    case .named(.perChannel): response.channels.count
    case .named(.auto), .named(.mono), .named(.stereo), .named(.fanOut), .named(.matrix): 1
    }
  }

  /// The responses on their ways.
  ///
  /// - Parameters:
  ///   - samples: The responses, at the rate at which they run.
  ///   - channels: Of the signal.
  ///   - gain: Of all of them, a factor.
  /// - Throws: `ImpulseResponseError.routing`, `.path`; `ResponseError`.
  func matrix(of samples: [[Float]], channels: Int, gain: Double, sampleRateHz: Int) throws -> ResponseMatrix {
    func frames(_ milliseconds: Float) -> Int { Int((Double(milliseconds) * Double(sampleRateHz) / 1000).rounded()) }
    let predelay = frames(description.predelayMilliseconds)
    let count = samples.count
    var paths: [ResponsePath] = []
    let (inputs, outputs): (Int, Int)
    func add(_ input: Int, _ output: Int, _ response: Int) {
      paths.append(ResponsePath(input: input, output: output, response: response, delayFrames: predelay, gain: gain))
    }
    switch description.routing {
    case .paths(let all, let inputChannels, let outputChannels):
      (inputs, outputs) = (inputChannels, outputChannels)
      guard channels == inputs else {
        throw routingError("a list of paths", expected: "a signal of \(inputs)", channels: channels)
      }
      for (index, path) in all.enumerated() {
        guard path.response < count else {
          throw ImpulseResponseError.path(path: response.path, index: index, expected: count, actual: path.response)
        }
        paths.append(
          ResponsePath(
            input: path.input, output: path.output, response: path.response,
            delayFrames: predelay + frames(path.delayMilliseconds), gain: gain * factor(ofDecibels: path.gainDecibels)))
      }
    case .named(let name):
      switch try resolve(name, responses: count, channels: channels) {
      case .mono:
        (inputs, outputs) = (channels, channels)
        for channel in 0..<channels { add(channel, channel, 0) }
      case .perChannel,
        .stereo where channels == count:
        (inputs, outputs) = (count, count)
        for channel in 0..<count { add(channel, channel, channel) }
      case .fanOut, .stereo:
        (inputs, outputs) = (1, count)
        for channel in 0..<count { add(0, channel, channel) }
      case .trueStereo, .matrix, .auto:
        (inputs, outputs) = (channels, count / channels)
        for input in 0..<inputs { for output in 0..<outputs { add(input, output, input * outputs + output) } }
      }
    }
    return try ResponseMatrix(inputChannels: inputs, outputChannels: outputs, responses: samples, paths: paths)
  }

  /// The routing that a name stands for, checked against the channels of file and signal.
  private func resolve(_ name: NamedRouting, responses: Int, channels: Int) throws -> NamedRouting {
    let (fits, expected): (Bool, String)
    switch name {
    case .auto:
      if responses == 1 { return .mono }
      if responses == channels { return .perChannel }
      if channels == 1 { return .fanOut }
      if responses == 4, channels == 2 { return .trueStereo }
      (fits, expected) = (
        false,
        "one response, one for each channel of the signal, any number for a mono signal, or four for a stereo signal"
      )
    case .mono: (fits, expected) = (responses == 1, "one response")
    case .stereo:
      (fits, expected) = (responses == 2 && channels <= 2, "two responses and a signal of one or two channels")
    case .trueStereo:
      (fits, expected) = (responses == 4 && channels == 2, "four responses and a signal of two channels")
    case .perChannel: (fits, expected) = (responses == channels, "as many responses as the signal has channels")
    case .fanOut: (fits, expected) = (channels == 1, "a signal of one channel")
    case .matrix:
      (fits, expected) = (responses % channels == 0, "a multiple of the signal's channels, as many for each of them")
    }
    guard fits else { throw routingError("the routing \(name.rawValue)", expected: expected, channels: channels) }
    return name
  }

  func routingError(_ routing: String, expected: String, channels: Int) -> ImpulseResponseError {
    .routing(
      path: response.path, routing: routing, expected: expected, responses: response.channels.count, signal: channels)
  }
}
