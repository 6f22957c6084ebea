import Resampling
import StreamingConvolution

/// Why impulse responses cannot be used.
public enum ImpulseResponseError: Error, Equatable, Sendable {
  /// The file has no frames.
  case empty(path: String)
  /// The response is too long, or its samples take too much memory.
  case tooLong(path: String, frames: Int64, maximumFrames: Int)
  /// A sample is NaN or infinite.
  case notFinite(path: String, frame: Int)
  /// The channels of file and signal do not suit the routing.
  case routing(path: String, routing: String, expected: String, responses: Int, signal: Int)
  /// A path names a channel that the file does not have.
  case path(path: String, index: Int, expected: Int, actual: Int)
  /// The response cannot be resampled to the signal's rate.
  case resampling(path: String, reason: ResamplingError)
  /// The convolution cannot be made: its plan, memory or latency.
  case convolution(path: String, reason: ResponseError)
}

extension ImpulseResponseError: CustomStringConvertible {
  /// The error in one sentence.
  public var description: String {
    switch self {
    case .empty(let path): "\(path): is empty, expected an impulse response."
    case .tooLong(let path, let frames, let maximum):
      "\(path): the impulse response is \(frames) frames long, expected at most \(maximum)."
    case .notFinite(let path, let frame):
      "\(path): the impulse response is NaN or infinite at frame \(frame)."
    case .routing(let path, let routing, let expected, let responses, let signal):
      "\(path): has \(counted(responses, "channel")) and the signal has \(signal), but \(routing) takes \(expected)."
    case .path(let path, let index, let expected, let actual):
      "\(path): paths[\(index)] names response \(actual), but the file has \(counted(expected, "channel")), counted from 0."
    case .resampling(let path, let reason): "\(path): cannot be resampled to the signal's rate: \(reason)"
    case .convolution(let path, .memory(let maximum, let actual)):
      "\(path): the convolution needs \(actual) bytes of memory, more than the limit of \(maximum)."
    case .convolution(let path, let reason): "\(path): \(reason)."
    }
  }
}
