import Foundation
import TestSupport
import Testing

/// Models as other programs write them.
@Suite struct ModelFileCommandTests {
  private static func linear(_ version: String = #""0.5.4""#, rate: String = "48000", more: String = "") -> String {
    #"{"version":\#(version),"architecture":"Linear","sample_rate":\#(rate),"#
      + #""config":{"receptive_field":1,"bias":false\#(more)},"weights":[0.5]}"#
  }

  @Test("A sample rate of -1 is unknown, and taken for 48 kHz")
  func unknownRate() throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    try bench.write("m.nam", Data(Self.linear(rate: "-1").utf8))
    let outcome = try bench.program.run("process", "in.wav", "--model", "m.nam")
    #expect(outcome.status == 0 && outcome.errors.contains("m.nam: has no sample rate, assumed to be 48000 Hz"))
  }

  @Test(
    "What is not read is named in a sentence",
    arguments: [
      ("m.nam", linear(#""1.0.0""#), #"version should be a version from 0.5.0 to 0.7.x, but is "1.0.0""#),
      ("m.nam", linear("0.5"), "version should be a version from 0.5.0 to 0.7.x, but is 0.5"),
      ("m.nam", linear(#""0.5""#), #"version should be a version from 0.5.0 to 0.7.x, but is "0.5""#),
      (
        "m.nam", linear(more: #","in_channels":2"#),
        "config.in_channels should be 1, because only Linear models with one channel are read, but is 2"
      ),
      (
        "m.json", #"{"in_shape":[null,null,1],"layers":[{"type":"lstm","weights":[]}]}"#,
        "is an RTNeural model, a format that is not read; expected a .nam file (Neural Amp Modeler)"
      ),
      (
        "m.aidax", #"{"in_shape":[null,null,1],"layers":[{"type":"gru","weights":[]}],"metadata":{}}"#,
        "is an AIDA-X model, a format that is not read; expected a .nam file (Neural Amp Modeler)"
      ),
      (
        "m.json", #"{"class_name":"Sequential","config":[],"keras_version":"2.9.0","backend":"tensorflow"}"#,
        "is a Keras model, a format that is not read; expected a .nam file (Neural Amp Modeler)"
      ),
      (
        "m.json", #"{"model_data":{"model":"SimpleRNN","unit_type":"LSTM"},"state_dict":{}}"#,
        "is a GuitarML model, a format that is not read; expected a .nam file (Neural Amp Modeler)"
      ),
    ])
  func refused(name: String, text: String, sentence: String) throws {
    let bench = try Bench()
    try bench.audio("in.wav")
    try bench.write(name, Data(text.utf8))
    for option in ["--model", "-p"] {
      let outcome = try bench.program.run("process", "in.wav", option, name)
      let errors = outcome.errors.replacingOccurrences(of: bench.directory.path + "/", with: "")
      #expect((outcome.status, errors) == (1, "convaudio: \(name): \(sentence).\n"))
    }
  }
}
