/// A number of channels in words.
func channelCount(_ channels: Int) -> String { channels == 1 ? "1 channel" : "\(channels) channels" }

/// What is wrong with too many channels.
func tooMany(expected: Int, actual: Int) -> String { "has \(channelCount(actual)), expected at most \(expected)" }
