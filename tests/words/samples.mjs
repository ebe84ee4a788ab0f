// Sentences that the program puts together, as each language must read them.

export const SAMPLES = {
  de: {
    "Oregon 1: conflict on eggs: Ana's eggs set to 12 and your removal of eggs, neither had seen the other":
      "Oregon 1: Konflikt bei Eier: Eier durch Ana auf 12 gesetzt und Ihr Entfernen von Eier, keiner hatte den anderen gesehen",
    "A batch of writes, Oregon 1 → Ireland 1": "Ein Bündel Schreibvorgänge, Oregon 1 → Ireland 1",
    "Oregon (up to date), Your phone (offline); 2 messages in flight at 12.3 ms": "Oregon (aktuell), Telefon (offline); 2 Nachrichten unterwegs bei 12,3 ms",
    "Online, up to date with the cloud.": "Online, Cloud: aktuell.",
    "F #2: Oregon 2, follower, up to date. Holds eggs 6, milk 2": "F #2: Oregon 2, Follower, aktuell. Enthält Eier 6, Milch 2",
    "write stock = 9 → done": "Bestand = 9 schreiben → erledigt",
    "writes stock = 9 → done": "Bestand = 9 schreiben → erledigt",
    "Oregon: applied Ben's write of C": "Oregon: angewandt: Schreiben von C durch Ben",
    "Ireland: accepted Ben's write of C": "Ireland: angenommen: Schreiben von C durch Ben",
    "Ben's write of C is kept.": "Schreiben von C durch Ben bleibt erhalten.",
    "Oregon 1: conflict on the cart: Ana's write of B and Ben's write of C, neither had seen the other":
      "Oregon 1: Konflikt beim Warenkorb: Schreiben von B durch Ana und Schreiben von C durch Ben, keiner hatte den anderen gesehen",
    "Play: My own branch": "Abspielen: My own branch",
    " of screen": " Anzeige",
    "12.345 s": "12,345 s",
    "My own branch": null,
    "Nobody has ever said: the leader": null,
  },
};
