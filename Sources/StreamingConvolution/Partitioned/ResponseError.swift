/// What can be wrong with impulse responses, their plan, or their exchange.
public enum ResponseError: Error, Equatable, Sendable {
  /// A matrix has no channels on one side, or more than are allowed.
  case channels(side: String, expected: ClosedRange<Int>, actual: Int)
  /// There are more or fewer responses than the routing needs.
  case responseCount(expected: Int, actual: Int)
  /// A response has no samples.
  case empty(response: Int)
  /// A response holds NaN or infinity.
  case notFinite(response: Int, frame: Int)
  /// A path names a channel or response that does not exist.
  case path(Int, what: String, expected: Range<Int>, actual: Int)
  /// A path's gain is NaN or infinite.
  case gain(path: Int)
  /// A path's delay is negative.
  case delay(path: Int, actual: Int)
  /// Delay and response together are too long.
  case tooLong(path: Int, maximumFrames: Int)
  /// A plan needs more memory than allowed.
  case memory(maximumBytes: Int, actualBytes: Int)
  /// A plan contradicts itself; the sentence says where.
  case plan(String)
  /// A plan is too short for the responses.
  case planTooShort(expectedFrames: Int, actualFrames: Int)
  /// The channel counts of a replacement differ from the processor's.
  case exchangeChannels(expected: [Int], actual: [Int])
  /// An exchange was asked for too late: work on its first frame has already begun.
  case exchangeTooSoon(earliestFrame: Int, actualFrame: Int)
  /// The previous exchange has not finished.
  case exchangePending(untilFrame: Int)
  /// A setting is out of its range.
  case setting(String, expected: ClosedRange<Int>, actual: Int)
}

extension ResponseError: CustomStringConvertible {
  /// One sentence: what is wrong, and what was expected.
  public var description: String {
    switch self {
    case .channels(let side, let expected, let actual):
      "the impulse responses have \(actual) \(side) channels, expected \(expected.lowerBound) to \(expected.upperBound)"
    case .responseCount(let expected, let actual):
      "\(actual) impulse responses were given where the routing needs \(expected)"
    case .empty(let response):
      "impulse response \(response) is empty, expected at least one frame"
    case .notFinite(let response, let frame):
      "impulse response \(response) is NaN or infinite at frame \(frame), expected finite samples"
    case .path(let path, let what, let expected, let actual):
      "path \(path) names \(what) \(actual), but there are \(expected.count)"
    case .gain(let path):
      "the gain of path \(path) is NaN or infinite, expected a finite factor"
    case .delay(let path, let actual):
      "the delay of path \(path) is \(actual) frames, expected 0 or more"
    case .tooLong(let path, let maximum):
      "path \(path) is longer with its delay than \(maximum) frames, which is the most"
    case .memory(let maximum, let actual):
      "the convolution needs \(actual) bytes of memory, more than the \(maximum) that are allowed"
    case .plan(let sentence): sentence
    case .planTooShort(let expected, let actual):
      "the plan covers \(actual) frames of impulse response, expected at least \(expected)"
    case .exchangeChannels(let expected, let actual):
      "the new impulse responses have \(actual[0]) inputs and \(actual[1]) outputs, expected \(expected[0]) and \(expected[1])"
    case .exchangeTooSoon(let earliest, let actual):
      "the exchange is asked for at frame \(actual), but frame \(earliest) is the earliest that is not being computed yet"
    case .exchangePending(let until):
      "another exchange is under way until frame \(until)"
    case .setting(let what, let expected, let actual):
      "\(what) is \(actual), expected \(expected.lowerBound) to \(expected.upperBound)"
    }
  }
}
