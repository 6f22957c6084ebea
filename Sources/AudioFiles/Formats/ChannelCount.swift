/// A number of channels in words.
func channelCount(_ channels: Int) -> String { channels == 1 ? "1 channel" : "\(channels) channels" }

/// What is wrong with too many channels, and the way out where there is one: the option takes at most 1024.
func tooMany(expected: Int, actual: Int) -> String {
  let limit = 1024
  let remedy =
    if actual <= limit {
      "; --max-channels \(actual) allows them"
    } else {
      expected < limit ? "; at most \(limit) are possible" : ""
    }
  return "has \(channelCount(actual)), expected at most \(expected)" + remedy
}
