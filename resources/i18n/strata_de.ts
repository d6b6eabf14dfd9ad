<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="de" sourcelanguage="en">
<context>
    <name>AboutDialog</name>
    <message>
        <source>About Strata</source>
        <translation>Über Strata</translation>
    </message>
    <message>
        <source>Licences</source>
        <translation>Lizenzen</translation>
    </message>
    <message>
        <source>&lt;b&gt;Strata {version}&lt;/b&gt;&lt;br&gt;A studio that takes a mix apart.&lt;br&gt;&lt;br&gt;Strata is free software under the MIT licence. It uses Qt {qt} for Python under the LGPL; the files below name everything it is made of, what its models have learned from, and where the demo song comes from.</source>
        <translation>&lt;b&gt;Strata {version}&lt;/b&gt;&lt;br&gt;Ein Studio, das einen Mix zerlegt.&lt;br&gt;&lt;br&gt;Strata ist freie Software unter der MIT-Lizenz. Es verwendet Qt {qt} für Python unter der LGPL; die Dateien unten nennen alles, woraus es besteht, woraus seine Modelle gelernt haben und woher das Demostück stammt.</translation>
    </message>
    <message>
        <source>Licence text: {0}</source>
        <translation>Lizenztext: {0}</translation>
    </message>
</context>
<context>
    <name>Actions</name>
    <message>
        <source>&amp;Open Songs…</source>
        <translation>Stücke ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>Open &amp;Folder of Songs…</source>
        <translation>&amp;Ordner mit Stücken öffnen …</translation>
    </message>
    <message>
        <source>Open &amp;Project…</source>
        <translation>&amp;Projekt öffnen …</translation>
    </message>
    <message>
        <source>Open the &amp;Demo Song</source>
        <translation>Demostüc&amp;k öffnen</translation>
    </message>
    <message>
        <source>Reopen Last Sess&amp;ion</source>
        <translation>&amp;Letzte Sitzung öffnen</translation>
    </message>
    <message>
        <source>Start Afresh &amp;with the File</source>
        <translation>Mit der Datei &amp;neu beginnen</translation>
    </message>
    <message>
        <source>&amp;Save Project</source>
        <translation>Projekt &amp;speichern</translation>
    </message>
    <message>
        <source>Save a &amp;Copy of the Project…</source>
        <translation>Kop&amp;ie des Projekts speichern …</translation>
    </message>
    <message>
        <source>&amp;Export…</source>
        <translation>&amp;Exportieren …</translation>
    </message>
    <message>
        <source>Show in File &amp;Manager</source>
        <translation>Im &amp;Dateimanager anzeigen</translation>
    </message>
    <message>
        <source>Show the File of the Stem</source>
        <translation>Datei der Spur zeigen</translation>
    </message>
    <message>
        <source>C&amp;lose Song</source>
        <translation>Stück s&amp;chließen</translation>
    </message>
    <message>
        <source>&amp;Quit</source>
        <translation>&amp;Beenden</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Select the &amp;Whole Song</source>
        <translation>Das &amp;ganze Stück auswählen</translation>
    </message>
    <message>
        <source>&amp;Clear the Selection</source>
        <translation>Auswahl auf&amp;heben</translation>
    </message>
    <message>
        <source>Copy the Stem as a &amp;File</source>
        <translation>Spur als &amp;Datei kopieren</translation>
    </message>
    <message>
        <source>Copy &amp;All Stems as Files</source>
        <translation>&amp;Alle Spuren als Dateien kopieren</translation>
    </message>
    <message>
        <source>Se&amp;ttings…</source>
        <translation>&amp;Einstellungen …</translation>
    </message>
    <message>
        <source>Zoom &amp;In</source>
        <translation>&amp;Vergrößern</translation>
    </message>
    <message>
        <source>Zoom &amp;Out</source>
        <translation>Ver&amp;kleinern</translation>
    </message>
    <message>
        <source>Fit the Whole &amp;Song</source>
        <translation>&amp;Ganzes Stück zeigen</translation>
    </message>
    <message>
        <source>Fit the S&amp;election</source>
        <translation>&amp;Auswahl zeigen</translation>
    </message>
    <message>
        <source>&amp;Taller Waveforms</source>
        <translation>Wellenformen &amp;höher zeichnen</translation>
    </message>
    <message>
        <source>F&amp;latter Waveforms</source>
        <translation>Wellenformen fla&amp;cher zeichnen</translation>
    </message>
    <message>
        <source>True &amp;Height of Waveforms</source>
        <translation>Wahre Höhe der Wellenf&amp;ormen</translation>
    </message>
    <message>
        <source>&amp;Follow the Playhead</source>
        <translation>Der Abspielposition &amp;folgen</translation>
    </message>
    <message>
        <source>S&amp;pectrogram of the Stem</source>
        <translation>&amp;Spektrogramm der Spur</translation>
    </message>
    <message>
        <source>&amp;Queue</source>
        <translation>&amp;Warteschlange</translation>
    </message>
    <message>
        <source>F&amp;ull Screen</source>
        <translation>Voll&amp;bild</translation>
    </message>
    <message>
        <source>&amp;Play</source>
        <translation>&amp;Abspielen</translation>
    </message>
    <message>
        <source>Play from the &amp;Start</source>
        <translation>Vom A&amp;nfang abspielen</translation>
    </message>
    <message>
        <source>Go to the St&amp;art</source>
        <translation>Zum An&amp;fang</translation>
    </message>
    <message>
        <source>Go to the E&amp;nd</source>
        <translation>Zum &amp;Ende</translation>
    </message>
    <message>
        <source>&amp;Back 1 Second</source>
        <translation>1 Sekunde &amp;zurück</translation>
    </message>
    <message>
        <source>&amp;Forward 1 Second</source>
        <translation>1 Sekunde &amp;vor</translation>
    </message>
    <message>
        <source>Back 5 Seconds</source>
        <translation>5 Sekunden zurück</translation>
    </message>
    <message>
        <source>Forward 5 Seconds</source>
        <translation>5 Sekunden vor</translation>
    </message>
    <message>
        <source>Back 10 Milliseconds</source>
        <translation>10 Millisekunden zurück</translation>
    </message>
    <message>
        <source>Forward 10 Milliseconds</source>
        <translation>10 Millisekunden vor</translation>
    </message>
    <message>
        <source>&amp;Go to a Time…</source>
        <translation>Zu einer Zeit &amp;gehen …</translation>
    </message>
    <message>
        <source>&amp;Loop</source>
        <translation>&amp;Loop</translation>
    </message>
    <message>
        <source>Loop Starts &amp;Here</source>
        <translation>Loop beginnt &amp;hier</translation>
    </message>
    <message>
        <source>Loop &amp;Ends Here</source>
        <translation>Loop en&amp;det hier</translation>
    </message>
    <message>
        <source>&amp;Type the Loop’s Places…</source>
        <translation>&amp;Stellen des Loops eingeben…</translation>
    </message>
    <message>
        <source>Hear the &amp;Original</source>
        <translation>&amp;Original hören</translation>
    </message>
    <message>
        <source>Hear the &amp;Residual Alone</source>
        <translation>Nur den &amp;Rest hören</translation>
    </message>
    <message>
        <source>Lo&amp;uder</source>
        <translation>La&amp;uter</translation>
    </message>
    <message>
        <source>&amp;Quieter</source>
        <translation>Le&amp;iser</translation>
    </message>
    <message>
        <source>&amp;Tempo…</source>
        <translation>&amp;Tempo…</translation>
    </message>
    <message>
        <source>T&amp;ap the Tempo</source>
        <translation>Tempo t&amp;ippen</translation>
    </message>
    <message>
        <source>Bar &amp;1 Begins Here</source>
        <translation>Takt &amp;1 beginnt hier</translation>
    </message>
    <message>
        <source>&amp;Clear the Tempo</source>
        <translation>Tempo &amp;vergessen</translation>
    </message>
    <message numerus="yes">
        <source>%n Bar(s)</source>
        <translation>
            <numerusform>%n Takt</numerusform>
            <numerusform>%n Takte</numerusform>
        </translation>
    </message>
    <message>
        <source>&amp;Other Number of Bars…</source>
        <translation>&amp;Andere Zahl von Takten…</translation>
    </message>
    <message>
        <source>&amp;Snap to the Grid</source>
        <translation>Am &amp;Raster einrasten</translation>
    </message>
    <message>
        <source>&amp;Back 1 Beat</source>
        <translation>1 Schlag &amp;zurück</translation>
    </message>
    <message>
        <source>&amp;Forward 1 Beat</source>
        <translation>1 Schlag v&amp;or</translation>
    </message>
    <message>
        <source>Back 1 Bar</source>
        <translation>1 Takt zurück</translation>
    </message>
    <message>
        <source>Forward 1 Bar</source>
        <translation>1 Takt vor</translation>
    </message>
    <message>
        <source>Separate A&amp;gain</source>
        <translation>Noch einmal &amp;trennen</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Pause</translation>
    </message>
    <message>
        <source>Go On with &amp;All</source>
        <translation>Mit allen &amp;weitermachen</translation>
    </message>
    <message>
        <source>&amp;Cancel</source>
        <translation>&amp;Abbrechen</translation>
    </message>
    <message>
        <source>&amp;Try Again</source>
        <translation>Noch einmal &amp;versuchen</translation>
    </message>
    <message>
        <source>Try All A&amp;gain</source>
        <translation>A&amp;lle noch einmal versuchen</translation>
    </message>
    <message>
        <source>Move &amp;Up in the Queue</source>
        <translation>In der Warteschlange nach &amp;oben</translation>
    </message>
    <message>
        <source>Move &amp;Down in the Queue</source>
        <translation>In der Warteschlange nach &amp;unten</translation>
    </message>
    <message>
        <source>Previous Stem</source>
        <translation>Vorige Spur</translation>
    </message>
    <message>
        <source>Next Stem</source>
        <translation>Nächste Spur</translation>
    </message>
    <message>
        <source>Back to the S&amp;tems</source>
        <translation>Zurück zu den S&amp;puren</translation>
    </message>
    <message>
        <source>&amp;Mute</source>
        <translation>St&amp;umm</translation>
    </message>
    <message>
        <source>&amp;Solo</source>
        <translation>&amp;Solo</translation>
    </message>
    <message>
        <source>Solo &amp;Only This Stem</source>
        <translation>&amp;Nur diese Spur solo</translation>
    </message>
    <message>
        <source>Stem Louder</source>
        <translation>Spur lauter</translation>
    </message>
    <message>
        <source>Stem Quieter</source>
        <translation>Spur leiser</translation>
    </message>
    <message>
        <source>Re&amp;name the Lane</source>
        <translation>Spur um&amp;benennen</translation>
    </message>
    <message>
        <source>Co&amp;lour of the Lane…</source>
        <translation>&amp;Farbe der Spur …</translation>
    </message>
    <message>
        <source>&amp;Reset the Mix</source>
        <translation>Mix &amp;zurücksetzen</translation>
    </message>
    <message>
        <source>Solo Stem {0}</source>
        <translation>Spur {0} solo</translation>
    </message>
    <message>
        <source>Mute Stem {0}</source>
        <translation>Spur {0} stumm</translation>
    </message>
    <message>
        <source>&amp;Manual</source>
        <translation>&amp;Handbuch</translation>
    </message>
    <message>
        <source>&amp;Keyboard</source>
        <translation>&amp;Tastatur</translation>
    </message>
    <message>
        <source>&amp;Diagnostics</source>
        <translation>&amp;Diagnose</translation>
    </message>
    <message>
        <source>&amp;About Strata</source>
        <translation>&amp;Über Strata</translation>
    </message>
</context>
<context>
    <name>Autosave</name>
    <message>
        <source>The project was not saved because of a mistake in Strata.</source>
        <translation>Das Projekt wurde wegen eines Fehlers in Strata nicht gespeichert.</translation>
    </message>
    <message>
        <source>The log file has the details.</source>
        <translation>Einzelheiten stehen im Protokoll.</translation>
    </message>
</context>
<context>
    <name>AxisControl</name>
    <message>
        <source>Position of the view</source>
        <translation>Ausschnitt</translation>
    </message>
    <message>
        <source>Scroll through the song (Shift and wheel)</source>
        <translation>Durch das Stück scrollen (Umschalt und Mausrad)</translation>
    </message>
</context>
<context>
    <name>Bars</name>
    <message>
        <source>{0} BPM</source>
        <translation>{0} BPM</translation>
    </message>
    <message>
        <source>bar {0}</source>
        <translation>Takt {0}</translation>
    </message>
    <message>
        <source>bars {first}–{last}</source>
        <translation>Takte {first}–{last}</translation>
    </message>
    <message>
        <source>{0} bars</source>
        <translation>{0} Takte</translation>
    </message>
    <message numerus="yes">
        <source>%n beat(s)</source>
        <translation>
            <numerusform>%n Schlag</numerusform>
            <numerusform>%n Schläge</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n bar(s)</source>
        <translation>
            <numerusform>%n Takt</numerusform>
            <numerusform>%n Takte</numerusform>
        </translation>
    </message>
    <message>
        <source>b{0}</source>
        <translation>t{0}</translation>
    </message>
</context>
<context>
    <name>ClosedSongs</name>
    <message numerus="yes">
        <source>%n song(s) are out of the queue. Their projects stay.</source>
        <translation>
            <numerusform>%n Stück ist nicht mehr in der Warteschlange. Sein Projekt bleibt erhalten.</numerusform>
            <numerusform>%n Stücke sind nicht mehr in der Warteschlange. Ihre Projekte bleiben erhalten.</numerusform>
        </translation>
    </message>
    <message>
        <source>“{0}” is out of the queue. Its project stays in {1}.</source>
        <translation>„{0}“ ist aus der Warteschlange. Das Projekt bleibt in {1}.</translation>
    </message>
    <message>
        <source>“{0}” is out of the queue.</source>
        <translation>„{0}“ ist aus der Warteschlange.</translation>
    </message>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
</context>
<context>
    <name>CompareButton</name>
    <message>
        <source>Back to the Stems</source>
        <translation>Zurück zu den Spuren</translation>
    </message>
</context>
<context>
    <name>DiagnosticsDialog</name>
    <message>
        <source>Diagnostics</source>
        <translation>Diagnose</translation>
    </message>
    <message>
        <source>Facts about this program and computer</source>
        <translation>Angaben zu Programm und Rechner</translation>
    </message>
    <message>
        <source>&amp;Copy</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>Show the &amp;Log</source>
        <translation>&amp;Protokoll zeigen</translation>
    </message>
</context>
<context>
    <name>DragOut</name>
    <message numerus="yes">
        <source>%n stem(s)</source>
        <translation>
            <numerusform>%n Spur</numerusform>
            <numerusform>%n Spuren</numerusform>
        </translation>
    </message>
    <message>
        <source>Writing the files: {0} %</source>
        <translation>Dateien werden geschrieben: {0} %</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) ready. Drag once more to take them along.</source>
        <translation>
            <numerusform>%n Datei ist bereit. Noch einmal ziehen, um sie mitzunehmen.</numerusform>
            <numerusform>%n Dateien sind bereit. Noch einmal ziehen, um sie mitzunehmen.</numerusform>
        </translation>
    </message>
    <message>
        <source>{what}, {length}, taken out.</source>
        <translation>{what}, {length}, herausgezogen.</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) copied: {0}. Paste them in a folder or a DAW.</source>
        <translation>
            <numerusform>%n Datei kopiert: {0}. Jetzt in einem Ordner oder einer DAW einfügen.</numerusform>
            <numerusform>%n Dateien kopiert: {0}. Jetzt in einem Ordner oder einer DAW einfügen.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>DropOverlay</name>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weitere</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>Drop to open every song in this folder</source>
        <translation>Loslassen, um alle Stücke in diesem Ordner zu öffnen</translation>
    </message>
    <message>
        <source>Drop to take this song apart</source>
        <translation>Loslassen, um dieses Stück zu zerlegen</translation>
    </message>
    <message>
        <source>Drop to open these files, and every song in the folders</source>
        <translation>Loslassen, um diese Dateien und alle Stücke in den Ordnern zu öffnen</translation>
    </message>
    <message numerus="yes">
        <source>Drop to take %n songs apart, one after the other</source>
        <translation>
            <numerusform>Loslassen, um %n Stück zu zerlegen</numerusform>
            <numerusform>Loslassen, um %n Stücke nacheinander zu zerlegen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>Durations</name>
    <message>
        <source>{0} s</source>
        <translation>{0} s</translation>
    </message>
    <message>
        <source>{0} min {1} s</source>
        <translation>{0} min {1} s</translation>
    </message>
    <message>
        <source>{0} h {1} min</source>
        <translation>{0} h {1} min</translation>
    </message>
    <message>
        <source>estimating…</source>
        <translation>wird geschätzt …</translation>
    </message>
    <message>
        <source>almost done</source>
        <translation>fast fertig</translation>
    </message>
    <message>
        <source>{0} left</source>
        <translation>noch {0}</translation>
    </message>
</context>
<context>
    <name>EngineChoices</name>
    <message>
        <source>There is no model, so no song can be taken apart.</source>
        <translation>Es ist kein Modell da, also lässt sich kein Stück zerlegen.</translation>
    </message>
    <message>
        <source>Install Strata again.</source>
        <translation>Installieren Sie Strata noch einmal.</translation>
    </message>
    <message>
        <source>The next separation uses this device.</source>
        <translation>Die nächste Trennung verwendet dieses Gerät.</translation>
    </message>
</context>
<context>
    <name>EngineError</name>
    <message>
        <source>The song has no sound to export.</source>
        <translation>Das Stück enthält keinen Ton, der sich exportieren ließe.</translation>
    </message>
    <message>
        <source>The song is not read yet.</source>
        <translation>Das Stück ist noch nicht eingelesen.</translation>
    </message>
    <message>
        <source>Wait until it is on screen.</source>
        <translation>Warten Sie, bis es zu sehen ist.</translation>
    </message>
    <message>
        <source>The song has no stems yet.</source>
        <translation>Das Stück hat noch keine Spuren.</translation>
    </message>
    <message>
        <source>Separate it first, or export the original.</source>
        <translation>Trennen Sie es zuerst oder exportieren Sie das Original.</translation>
    </message>
    <message>
        <source>No stem is chosen.</source>
        <translation>Es ist keine Spur gewählt.</translation>
    </message>
    <message>
        <source>Choose at least one.</source>
        <translation>Wählen Sie mindestens eine.</translation>
    </message>
    <message>
        <source>Every stem is muted, so there is nothing to hear.</source>
        <translation>Alle Spuren sind stumm, also ist nichts zu hören.</translation>
    </message>
    <message>
        <source>Unmute a stem first.</source>
        <translation>Heben Sie zuerst bei einer Spur die Stummschaltung auf.</translation>
    </message>
    <message>
        <source>No stem is chosen that the mix should go without.</source>
        <translation>Es ist keine Spur gewählt, die in der Mischung fehlen soll.</translation>
    </message>
    <message>
        <source>Open the original song again.</source>
        <translation>Öffnen Sie das Original noch einmal.</translation>
    </message>
    <message>
        <source>Make room on the disk, or choose another folder for songs in the settings.</source>
        <translation>Schaffen Sie Platz auf dem Laufwerk oder wählen Sie in den Einstellungen einen anderen Ordner für Stücke.</translation>
    </message>
    <message>
        <source>it is a link to another place</source>
        <translation>Es ist eine Verknüpfung mit einem anderen Ort</translation>
    </message>
    <message>
        <source>its length, rate or channels are not those of the song</source>
        <translation>Länge, Abtastrate oder Kanäle passen nicht zum Stück</translation>
    </message>
    <message>
        <source>Make room on the disk that holds Strata&apos;s songs.</source>
        <translation>Schaffen Sie Platz auf dem Laufwerk, auf dem die Stücke von Strata liegen.</translation>
    </message>
    <message>
        <source>There is no sound to take out yet.</source>
        <translation>Es gibt noch keinen Ton, der sich herausziehen ließe.</translation>
    </message>
    <message>
        <source>The marked range lies outside of the song.</source>
        <translation>Der markierte Bereich liegt außerhalb des Stücks.</translation>
    </message>
    <message>
        <source>Wait until it is complete, or mark a range that is.</source>
        <translation>Warten Sie, bis alles da ist, oder markieren Sie einen fertigen Bereich.</translation>
    </message>
    <message>
        <source>its sound could not be decoded</source>
        <translation>Der Ton ließ sich nicht dekodieren</translation>
    </message>
    <message>
        <source>it holds no sound</source>
        <translation>Die Datei enthält keinen Ton</translation>
    </message>
    <message>
        <source>“{name}” holds values at {place} that are not sound (infinite, not a number, or absurdly large).</source>
        <translation>„{name}“ enthält bei {place} Werte, die kein Ton sind (unendlich, keine Zahl oder unsinnig groß).</translation>
    </message>
    <message>
        <source>Export the song again, or cut the damaged place out.</source>
        <translation>Exportieren Sie das Stück neu oder schneiden Sie die beschädigte Stelle heraus.</translation>
    </message>
    <message>
        <source>“{name}” is damaged or incomplete at {place}.</source>
        <translation>„{name}“ ist bei {place} beschädigt oder unvollständig.</translation>
    </message>
    <message>
        <source>Copy or download the file again.</source>
        <translation>Kopieren Sie die Datei neu oder laden Sie sie noch einmal herunter.</translation>
    </message>
    <message>
        <source>it ends early, as after an interrupted download</source>
        <translation>Die Datei bricht vorzeitig ab, wie nach einem unterbrochenen Download</translation>
    </message>
    <message>
        <source>its header says that it holds no sound, as after a crash</source>
        <translation>Laut Dateikopf enthält die Datei keinen Ton, wie nach einem Absturz</translation>
    </message>
    <message>
        <source>it is a text file</source>
        <translation>Es ist eine Textdatei</translation>
    </message>
    <message>
        <source>Name an audio file.</source>
        <translation>Wählen Sie eine Audiodatei.</translation>
    </message>
    <message>
        <source>FLAC cannot store floating-point samples.</source>
        <translation>FLAC kann keine Gleitkommawerte speichern.</translation>
    </message>
    <message>
        <source>Choose 24 bits, or WAV for floating point.</source>
        <translation>Wählen Sie 24 Bit oder für Gleitkomma WAV.</translation>
    </message>
    <message>
        <source>{format} cannot store a song without any samples.</source>
        <translation>{format} kann kein Stück ohne ein einziges Sample speichern.</translation>
    </message>
    <message>
        <source>Choose WAV.</source>
        <translation>Wählen Sie WAV.</translation>
    </message>
    <message>
        <source>MP3 holds at most {limit} channels and the song has {num_channels}.</source>
        <translation>MP3 fasst höchstens {limit} Kanäle, und das Stück hat {num_channels}.</translation>
    </message>
    <message>
        <source>Choose WAV, FLAC or Ogg.</source>
        <translation>Wählen Sie WAV, FLAC oder Ogg.</translation>
    </message>
    <message>
        <source>MP3 cannot store a sample rate of {sample_rate} Hz.</source>
        <translation>MP3 kennt keine Abtastrate von {sample_rate} Hz.</translation>
    </message>
    <message>
        <source>Choose WAV, FLAC or Ogg, which keep every rate.</source>
        <translation>Wählen Sie WAV, FLAC oder Ogg; sie behalten jede Abtastrate.</translation>
    </message>
    <message>
        <source>{format} has no bit depth to choose.</source>
        <translation>Bei {format} lässt sich keine Bittiefe wählen.</translation>
    </message>
    <message>
        <source>Leave the bit depth out, or choose WAV or FLAC.</source>
        <translation>Wählen Sie WAV oder FLAC, wenn es auf die Bittiefe ankommt.</translation>
    </message>
    <message>
        <source>the disk reports “{reason}”</source>
        <translation>Das Laufwerk meldet „{reason}“</translation>
    </message>
    <message>
        <source>“{name}” could not be written: {reason}.</source>
        <translation>„{name}“ konnte nicht geschrieben werden: {reason}.</translation>
    </message>
    <message>
        <source>“{name}” cannot be used: {reason}.</source>
        <translation>„{name}“ lässt sich nicht verwenden: {reason}.</translation>
    </message>
    <message>
        <source>“{path}” could not be made: {reason}.</source>
        <translation>„{path}“ konnte nicht angelegt werden: {reason}.</translation>
    </message>
    <message>
        <source>“{file}” is complete to {percent} % of the song.</source>
        <translation>„{file}“ ist erst zu {percent} % des Stücks fertig.</translation>
    </message>
    <message>
        <source>“{file}” is complete to {percent} % of this range.</source>
        <translation>„{file}“ ist erst zu {percent} % dieses Bereichs fertig.</translation>
    </message>
    <message>
        <source>{minutes} min {seconds} s</source>
        <translation>{minutes} min {seconds} s</translation>
    </message>
    <message>
        <source>Free some space and try again.</source>
        <translation>Schaffen Sie Platz und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Choose another folder.</source>
        <translation>Wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>Choose another disk.</source>
        <translation>Wählen Sie ein anderes Laufwerk.</translation>
    </message>
    <message>
        <source>Choose a shorter name.</source>
        <translation>Wählen Sie einen kürzeren Namen.</translation>
    </message>
    <message>
        <source>the name is not valid</source>
        <translation>Der Name ist nicht gültig</translation>
    </message>
    <message>
        <source>the disk is full</source>
        <translation>Das Laufwerk ist voll</translation>
    </message>
    <message>
        <source>your share of the disk is used up</source>
        <translation>Ihr Speicherkontingent ist aufgebraucht</translation>
    </message>
    <message>
        <source>the file would be too large for the disk</source>
        <translation>Die Datei wäre zu groß für das Laufwerk</translation>
    </message>
    <message>
        <source>the disk is read-only</source>
        <translation>Das Laufwerk ist schreibgeschützt</translation>
    </message>
    <message>
        <source>the folder does not permit it</source>
        <translation>Der Ordner erlaubt es nicht</translation>
    </message>
    <message>
        <source>the folder does not exist any more</source>
        <translation>Den Ordner gibt es nicht mehr</translation>
    </message>
    <message>
        <source>the folder does not exist</source>
        <translation>Den Ordner gibt es nicht</translation>
    </message>
    <message>
        <source>a folder has this name</source>
        <translation>Ein Ordner trägt diesen Namen</translation>
    </message>
    <message>
        <source>Choose another name.</source>
        <translation>Wählen Sie einen anderen Namen.</translation>
    </message>
    <message>
        <source>its name is too long</source>
        <translation>Der Dateiname ist zu lang</translation>
    </message>
    <message>
        <source>Choose another folder or disk.</source>
        <translation>Wählen Sie einen anderen Ordner oder ein anderes Laufwerk.</translation>
    </message>
    <message>
        <source>The model returned values that are not numbers.</source>
        <translation>Das Modell lieferte Werte, die keine Zahlen sind.</translation>
    </message>
    <message>
        <source>Try another model, or the device “cpu”.</source>
        <translation>Versuchen Sie es mit einem anderen Modell oder mit dem Prozessor als Gerät.</translation>
    </message>
    <message>
        <source>Check that another player plays it to the end, or copy it again.</source>
        <translation>Prüfen Sie, ob ein anderes Programm sie bis zum Ende abspielt, oder kopieren Sie sie neu.</translation>
    </message>
    <message>
        <source>its sound is damaged or incomplete</source>
        <translation>Der Ton ist beschädigt oder unvollständig</translation>
    </message>
    <message>
        <source>“{name}” can only be read with ffmpeg, which is not installed.</source>
        <translation>„{name}“ lässt sich nur mit ffmpeg lesen, und das ist nicht installiert.</translation>
    </message>
    <message>
        <source>Install ffmpeg, or convert the file to WAV or FLAC.</source>
        <translation>Installieren Sie ffmpeg oder wandeln Sie die Datei in WAV oder FLAC um.</translation>
    </message>
    <message>
        <source>decoding it does not advance</source>
        <translation>Das Dekodieren kommt nicht voran</translation>
    </message>
    <message>
        <source>There is no room on the disk to decode “{name}”.</source>
        <translation>Auf dem Laufwerk ist kein Platz, um „{name}“ zu dekodieren.</translation>
    </message>
    <message>
        <source>Free some space in the folder for temporary files and try again.</source>
        <translation>Schaffen Sie Platz im Ordner für temporäre Dateien und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>it is not an audio file, or it is damaged</source>
        <translation>Es ist keine Audiodatei, oder sie ist beschädigt</translation>
    </message>
    <message>
        <source>its name is not valid</source>
        <translation>Der Dateiname ist nicht gültig</translation>
    </message>
    <message>
        <source>Split it into files with fewer channels.</source>
        <translation>Teilen Sie sie in Dateien mit weniger Kanälen auf.</translation>
    </message>
    <message>
        <source>Convert it to 44100 Hz and try again.</source>
        <translation>Wandeln Sie sie in 44100 Hz um und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>there is no such file</source>
        <translation>Es gibt keine solche Datei</translation>
    </message>
    <message>
        <source>reading it is not permitted</source>
        <translation>Die Datei darf nicht gelesen werden</translation>
    </message>
    <message>
        <source>it is a link that leads to itself</source>
        <translation>Es ist eine Verknüpfung, die auf sich selbst zeigt</translation>
    </message>
    <message>
        <source>there is no room for temporary files</source>
        <translation>Für temporäre Dateien ist kein Platz</translation>
    </message>
    <message>
        <source>it is a folder</source>
        <translation>Es ist ein Ordner</translation>
    </message>
    <message>
        <source>Name the files in it.</source>
        <translation>Öffnen Sie die Dateien darin.</translation>
    </message>
    <message>
        <source>it is not a file</source>
        <translation>Es ist keine Datei</translation>
    </message>
    <message>
        <source>Save the sound to a file first.</source>
        <translation>Speichern Sie den Ton zuerst in einer Datei.</translation>
    </message>
    <message>
        <source>it is empty</source>
        <translation>Die Datei ist leer</translation>
    </message>
    <message>
        <source>Check its name and place.</source>
        <translation>Prüfen Sie, ob sie noch da ist und noch so heißt.</translation>
    </message>
    <message>
        <source>it has {num_channels} channels and at most {limit} are possible</source>
        <translation>Die Datei hat {num_channels} Kanäle, und höchstens {limit} sind möglich</translation>
    </message>
    <message>
        <source>its sample rate is {sample_rate} Hz and must lie between {low} and {high} Hz</source>
        <translation>Die Abtastrate ist {sample_rate} Hz und muss zwischen {low} und {high} Hz liegen</translation>
    </message>
    <message>
        <source>Make room on the disk or choose another folder.</source>
        <translation>Schaffen Sie Platz auf dem Laufwerk oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>{number} MB</source>
        <translation>{number} MB</translation>
    </message>
    <message>
        <source>“{name}” has room for {free}, and {needed} are needed.</source>
        <translation>In „{name}“ ist Platz für {free}, gebraucht werden {needed}.</translation>
    </message>
    <message>
        <source>changing it is not permitted</source>
        <translation>Die Datei darf nicht geändert werden</translation>
    </message>
    <message>
        <source>Check its permissions.</source>
        <translation>Prüfen Sie ihre Zugriffsrechte.</translation>
    </message>
    <message>
        <source>{number} GB</source>
        <translation>{number} GB</translation>
    </message>
    <message>
        <source>the data are damaged at byte {position}</source>
        <translation>Die Daten sind ab Byte {position} beschädigt</translation>
    </message>
    <message>
        <source>The pattern for names is empty.</source>
        <translation>Das Muster für die Namen ist leer.</translation>
    </message>
    <message>
        <source>Use any of {known}.</source>
        <translation>Möglich sind {known}.</translation>
    </message>
    <message>
        <source>A brace in the pattern for names has no partner.</source>
        <translation>Im Muster für die Namen fehlt zu einer geschweiften Klammer die zweite.</translation>
    </message>
    <message>
        <source>Write {{ or }} for a brace that stands for itself.</source>
        <translation>Schreiben Sie {{ oder }}, wenn die Klammer selbst im Namen stehen soll.</translation>
    </message>
    <message>
        <source>There is no field “{field}” for names.</source>
        <translation>Für Namen gibt es kein Feld „{field}“.</translation>
    </message>
    <message>
        <source>it ends in the middle of a page, as after an interrupted download</source>
        <translation>Die Datei endet mitten in einem Datenblock, wie nach einem unterbrochenen Download</translation>
    </message>
    <message>
        <source>a part of the data is missing at byte {position}</source>
        <translation>Bei Byte {position} fehlt ein Teil der Daten</translation>
    </message>
    <message>
        <source>its header is damaged</source>
        <translation>Der Dateikopf ist beschädigt</translation>
    </message>
    <message>
        <source>it is not a WAV file</source>
        <translation>Es ist keine WAV-Datei</translation>
    </message>
    <message>
        <source>it does not hold 32-bit floating-point sound</source>
        <translation>Die Datei enthält keinen Ton mit 32 Bit Float</translation>
    </message>
    <message>
        <source>it ends early</source>
        <translation>Die Datei bricht vorzeitig ab</translation>
    </message>
    <message>
        <source>its sound is not where it could be read in place</source>
        <translation>Der Ton liegt nicht dort, wo er sich lesen ließe</translation>
    </message>
    <message>
        <source>The model “{name}” is damaged or incomplete.</source>
        <translation>Das Modell „{name}“ ist beschädigt oder unvollständig.</translation>
    </message>
    <message>
        <source>Copy or download it again.</source>
        <translation>Kopieren Sie es neu oder laden Sie es noch einmal herunter.</translation>
    </message>
    <message>
        <source>“{name}” is no Strata model.</source>
        <translation>„{name}“ ist kein Modell von Strata.</translation>
    </message>
    <message>
        <source>Choose a file that was made by “strata train”.</source>
        <translation>Wählen Sie ein Modell, das mit Strata trainiert wurde.</translation>
    </message>
    <message>
        <source>The model “{name}” was made by a newer version of Strata.</source>
        <translation>Das Modell „{name}“ stammt aus einer neueren Version von Strata.</translation>
    </message>
    <message>
        <source>Update Strata, or choose another model.</source>
        <translation>Aktualisieren Sie Strata oder wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>The model “{name}” could not be read.</source>
        <translation>Das Modell „{name}“ konnte nicht gelesen werden.</translation>
    </message>
    <message>
        <source>Check that the file exists and that you may read it.</source>
        <translation>Prüfen Sie, ob die Datei da ist und ob Sie sie lesen dürfen.</translation>
    </message>
    <message>
        <source>“{name}” could not be written to “{folder}”.</source>
        <translation>„{name}“ konnte nicht in „{folder}“ geschrieben werden.</translation>
    </message>
    <message>
        <source>The model “{title}” has one quality only.</source>
        <translation>Das Modell „{title}“ kennt nur eine Qualität.</translation>
    </message>
    <message>
        <source>Free some space or choose another folder.</source>
        <translation>Schaffen Sie Platz oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>The folder “{folder}” holds no audio file.</source>
        <translation>Der Ordner „{folder}“ enthält keine Audiodatei.</translation>
    </message>
    <message>
        <source>Name audio files, or a folder that holds some.</source>
        <translation>Öffnen Sie Audiodateien oder einen Ordner, in dem welche liegen.</translation>
    </message>
    <message>
        <source>The separation stopped because of a mistake in Strata.</source>
        <translation>Die Trennung wurde wegen eines Fehlers in Strata beendet.</translation>
    </message>
    <message>
        <source>The log file has the details.</source>
        <translation>Einzelheiten stehen im Protokoll.</translation>
    </message>
    <message>
        <source>NVIDIA graphics card</source>
        <translation>Grafikkarte von NVIDIA</translation>
    </message>
    <message>
        <source>There is no device “{name}”.</source>
        <translation>Es gibt kein Gerät „{name}“.</translation>
    </message>
    <message>
        <source>Choose one of {names}.</source>
        <translation>Wählen Sie eines dieser Geräte: {names}.</translation>
    </message>
    <message>
        <source>The device “{name}” cannot be used: {reason}.</source>
        <translation>Das Gerät „{name}“ lässt sich nicht benutzen: {reason}.</translation>
    </message>
    <message>
        <source>Choose “auto” or “cpu” instead.</source>
        <translation>Wählen Sie den Prozessor als Gerät.</translation>
    </message>
    <message>
        <source>this installation of PyTorch was built without CUDA</source>
        <translation>PyTorch ist hier ohne CUDA installiert</translation>
    </message>
    <message>
        <source>PyTorch finds no NVIDIA graphics card with a working driver</source>
        <translation>PyTorch findet keine Grafikkarte von NVIDIA mit funktionierendem Treiber</translation>
    </message>
    <message>
        <source>the graphics card has compute capability {capability}, which this installation of PyTorch does not support</source>
        <translation>die Grafikkarte hat die Compute Capability {capability}, die das hier installierte PyTorch nicht unterstützt</translation>
    </message>
    <message>
        <source>this installation of PyTorch was built without Metal</source>
        <translation>PyTorch ist hier ohne Metal installiert</translation>
    </message>
    <message>
        <source>this computer has no graphics processor that Metal can use</source>
        <translation>dieser Rechner hat keinen Grafikprozessor, den Metal benutzen kann</translation>
    </message>
    <message>
        <source>Apple graphics processor</source>
        <translation>Grafikprozessor von Apple</translation>
    </message>
    <message>
        <source>“{name}” could not be opened: {reason}.</source>
        <translation>„{name}“ ließ sich nicht öffnen: {reason}.</translation>
    </message>
    <message>
        <source>Convert it to WAV or FLAC and try again.</source>
        <translation>Wandeln Sie die Datei in WAV oder FLAC um und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Leave out --quality, or choose a model of the method lq_vae.</source>
        <translation>Wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>The model was made for another version of {method}: {reason}.</source>
        <translation>Das Modell wurde für eine andere Version von {method} gemacht: {reason}.</translation>
    </message>
    <message>
        <source>Use a model that came with this version of Strata.</source>
        <translation>Verwenden Sie ein Modell, das zu dieser Version von Strata gehört.</translation>
    </message>
    <message>
        <source>The model “{title}” does not fit its description.</source>
        <translation>Das Modell „{title}“ passt nicht zu seiner Beschreibung.</translation>
    </message>
    <message>
        <source>The file is damaged or made by hand; get it again.</source>
        <translation>Die Datei ist beschädigt oder verändert; besorgen Sie sie neu.</translation>
    </message>
    <message>
        <source>The draft “{title}” has another shape than was asked for.</source>
        <translation>Der Entwurf „{title}“ ist anders aufgebaut als verlangt.</translation>
    </message>
    <message>
        <source>Give the network of the bundled draft in the configuration, or none.</source>
        <translation>Wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>The method “{name}” is not known here (known: {known}).</source>
        <translation>Das Verfahren „{name}“ ist hier nicht bekannt (bekannt: {known}).</translation>
    </message>
    <message>
        <source>Use a newer version of Strata or another model.</source>
        <translation>Verwenden Sie eine neuere Version von Strata oder ein anderes Modell.</translation>
    </message>
    <message>
        <source>“{title}” is a codec without priors.</source>
        <translation>„{title}“ kann noch nichts trennen: Das Modell hat keine Spuren gelernt.</translation>
    </message>
    <message>
        <source>Train a prior for a stem with “strata train”, and use that.</source>
        <translation>Wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>Choose another file.</source>
        <translation>Wählen Sie eine andere Datei.</translation>
    </message>
    <message>
        <source>it is not the file any more that was opened first</source>
        <translation>Es ist nicht mehr die Datei, die zuerst geöffnet wurde</translation>
    </message>
    <message>
        <source>Open it once more, as a song of its own.</source>
        <translation>Öffnen Sie sie noch einmal, als eigenes Stück.</translation>
    </message>
    <message>
        <source>There is no model “{wanted}”.</source>
        <translation>Es gibt kein Modell „{wanted}“.</translation>
    </message>
    <message>
        <source>Choose one of: {names}.</source>
        <translation>Wählen Sie eines von diesen: {names}.</translation>
    </message>
    <message>
        <source>There is no trained model.</source>
        <translation>Es gibt kein trainiertes Modell.</translation>
    </message>
    <message>
        <source>Put one into “{folder}”, or train one with “strata train”.</source>
        <translation>Legen Sie eines in „{folder}“ oder installieren Sie Strata noch einmal.</translation>
    </message>
    <message>
        <source>Train one with “strata train”.</source>
        <translation>Installieren Sie Strata noch einmal.</translation>
    </message>
    <message>
        <source>Did you mean “{name}”?</source>
        <translation>Meinten Sie „{name}“?</translation>
    </message>
    <message>
        <source>The model “{title}” gives its stems in a changing order.</source>
        <translation>Das Modell „{title}“ liefert seine Spuren in wechselnder Reihenfolge.</translation>
    </message>
    <message>
        <source>The model has a stem with the name “{name}”, which no file can have.</source>
        <translation>Das Modell hat eine Spur mit dem Namen „{name}“, den keine Datei tragen kann.</translation>
    </message>
    <message>
        <source>Choose another model.</source>
        <translation>Wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>The sources lie at one place and come out as one: choose another model.</source>
        <translation>Die Quellen liegen an einer Stelle und kommen als eine heraus: Wählen Sie ein anderes Modell.</translation>
    </message>
    <message>
        <source>Nothing could be written to “{folder}”: {reason}.</source>
        <translation>In „{folder}“ konnte nichts geschrieben werden: {reason}.</translation>
    </message>
    <message>
        <source>Choose another folder, or make room in this one.</source>
        <translation>Wählen Sie einen anderen Ordner oder schaffen Sie in diesem Platz.</translation>
    </message>
    <message>
        <source>a folder has the name of a file</source>
        <translation>Ein Ordner trägt den Namen einer Datei</translation>
    </message>
    <message>
        <source>Free some space, or choose another folder.</source>
        <translation>Schaffen Sie Platz oder wählen Sie einen anderen Ordner.</translation>
    </message>
    <message>
        <source>“{folder}” is a file, so that no folder can have this name.</source>
        <translation>„{folder}“ ist eine Datei, also kann kein Ordner so heißen.</translation>
    </message>
    <message>
        <source>Choose another folder, or rename that file.</source>
        <translation>Wählen Sie einen anderen Ordner oder benennen Sie die Datei um.</translation>
    </message>
    <message>
        <source>“{name}” in this folder is the song itself and is not written over.</source>
        <translation>„{name}“ in diesem Ordner ist das Stück selbst und wird nicht überschrieben.</translation>
    </message>
    <message>
        <source>All files were turned down by {gain} dB, because one of them would have clipped; 32-bit float WAV needs no such gain.</source>
        <translation>Alle Dateien wurden um {gain} dB leiser gemacht, weil eine sonst übersteuert hätte; WAV mit 32 Bit Float braucht das nicht.</translation>
    </message>
    <message>
        <source>There is not enough memory to separate this mix.</source>
        <translation>Der Speicher reicht nicht, um dieses Stück zu trennen.</translation>
    </message>
    <message>
        <source>Close other programs, or choose a smaller model.</source>
        <translation>Schließen Sie andere Programme oder wählen Sie ein kleineres Modell.</translation>
    </message>
    <message>
        <source>The graphics card has too little memory; the processor goes on.</source>
        <translation>Die Grafikkarte hat zu wenig Speicher; der Prozessor macht weiter.</translation>
    </message>
    <message>
        <source>no space left on device</source>
        <translation>Auf dem Laufwerk ist kein Platz mehr</translation>
    </message>
    <message>
        <source>disk quota exceeded</source>
        <translation>Ihr Speicherkontingent ist aufgebraucht</translation>
    </message>
    <message>
        <source>permission denied</source>
        <translation>Zugriff verweigert</translation>
    </message>
    <message>
        <source>operation not permitted</source>
        <translation>Das ist nicht erlaubt</translation>
    </message>
    <message>
        <source>read-only file system</source>
        <translation>Das Laufwerk ist schreibgeschützt</translation>
    </message>
    <message>
        <source>no such file or directory</source>
        <translation>Datei oder Ordner nicht gefunden</translation>
    </message>
    <message>
        <source>not a directory</source>
        <translation>Das ist kein Ordner</translation>
    </message>
    <message>
        <source>is a directory</source>
        <translation>Das ist ein Ordner</translation>
    </message>
    <message>
        <source>file exists</source>
        <translation>Die Datei gibt es schon</translation>
    </message>
    <message>
        <source>file name too long</source>
        <translation>Der Dateiname ist zu lang</translation>
    </message>
    <message>
        <source>file too large</source>
        <translation>Die Datei ist zu groß</translation>
    </message>
    <message>
        <source>input/output error</source>
        <translation>Lese- oder Schreibfehler</translation>
    </message>
</context>
<context>
    <name>EngineJob</name>
    <message>
        <source>The work stopped because of a mistake in Strata.</source>
        <translation>Der Vorgang wurde wegen eines Fehlers in Strata abgebrochen.</translation>
    </message>
    <message>
        <source>The log file has the details.</source>
        <translation>Einzelheiten stehen im Protokoll.</translation>
    </message>
</context>
<context>
    <name>EngineProcess</name>
    <message>
        <source>The engine could not be started: {0}.</source>
        <translation>Die Trennung konnte nicht gestartet werden: {0}.</translation>
    </message>
    <message>
        <source>Install Strata again.</source>
        <translation>Installieren Sie Strata noch einmal.</translation>
    </message>
    <message>
        <source>Strata is being closed.</source>
        <translation>Strata wird gerade beendet.</translation>
    </message>
    <message>
        <source>Perhaps memory ran out: close other programs and try again.</source>
        <translation>Vielleicht hat der Arbeitsspeicher nicht gereicht: Schließen Sie andere Programme und versuchen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>Try again; the log file has the details.</source>
        <translation>Versuchen Sie es noch einmal; Einzelheiten stehen im Protokoll.</translation>
    </message>
    <message>
        <source>The engine ended unexpectedly.</source>
        <translation>Die Trennung wurde unerwartet beendet.</translation>
    </message>
</context>
<context>
    <name>ErrorBanner</name>
    <message>
        <source>&amp;Details</source>
        <translation>&amp;Einzelheiten</translation>
    </message>
    <message>
        <source>Cop&amp;y</source>
        <translation>&amp;Kopieren</translation>
    </message>
    <message>
        <source>Message</source>
        <translation>Meldung</translation>
    </message>
    <message>
        <source>Details of the message</source>
        <translation>Einzelheiten der Meldung</translation>
    </message>
    <message>
        <source>Copy the details</source>
        <translation>Einzelheiten kopieren</translation>
    </message>
    <message>
        <source>Close the message</source>
        <translation>Meldung schließen</translation>
    </message>
    <message>
        <source>Log: {0}</source>
        <translation>Protokoll: {0}</translation>
    </message>
</context>
<context>
    <name>ExistingQuestion</name>
    <message>
        <source>Files Exist Already</source>
        <translation>Dateien sind schon vorhanden</translation>
    </message>
    <message numerus="yes">
        <source>%n of the files exist(s) already in “{0}”.</source>
        <translation>
            <numerusform>%n der Dateien ist in „{0}“ schon vorhanden.</numerusform>
            <numerusform>%n der Dateien sind in „{0}“ schon vorhanden.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>and %n more</source>
        <translation>
            <numerusform>und %n weitere</numerusform>
            <numerusform>und %n weitere</numerusform>
        </translation>
    </message>
    <message>
        <source>Use a &amp;New Folder</source>
        <translation>&amp;Neuen Ordner verwenden</translation>
    </message>
    <message>
        <source>&amp;Write Only the Others</source>
        <translation>N&amp;ur die anderen schreiben</translation>
    </message>
    <message>
        <source>&amp;Replace Them</source>
        <translation>&amp;Ersetzen</translation>
    </message>
</context>
<context>
    <name>Export</name>
    <message numerus="yes">
        <source>%n file(s) of {0}.</source>
        <translation>
            <numerusform>%n Datei von {0}.</numerusform>
            <numerusform>%n Dateien von {0}.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s), each song in a folder of its own.</source>
        <translation>
            <numerusform>%n Datei, jedes Stück in einem eigenen Ordner.</numerusform>
            <numerusform>%n Dateien, jedes Stück in einem eigenen Ordner.</numerusform>
        </translation>
    </message>
    <message>
        <source>Not separated yet, so left out: {0}.</source>
        <translation>Noch nicht getrennt und deshalb nicht dabei: {0}.</translation>
    </message>
    <message>
        <source>Nothing to export of: {0}.</source>
        <translation>Nichts zu exportieren von: {0}.</translation>
    </message>
    <message>
        <source>“{0}”</source>
        <translation>„{0}“</translation>
    </message>
    <message numerus="yes">
        <source>%n song(s)</source>
        <translation>
            <numerusform>%n Stück</numerusform>
            <numerusform>%n Stücken</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) of {0} written to “{1}”.</source>
        <translation>
            <numerusform>%n Datei von {0} in „{1}“ geschrieben.</numerusform>
            <numerusform>%n Dateien von {0} in „{1}“ geschrieben.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n song(s) could not be written.</source>
        <translation>
            <numerusform>%n Stück konnte nicht geschrieben werden.</numerusform>
            <numerusform>%n Stücke konnten nicht geschrieben werden.</numerusform>
        </translation>
    </message>
    <message>
        <source>Cancelled before the others.</source>
        <translation>Vor den übrigen abgebrochen.</translation>
    </message>
    <message>
        <source>{name} {percent} %</source>
        <translation>{name} {percent} %</translation>
    </message>
    <message>
        <source>Not everything is separated yet: {0}. The export can wait.</source>
        <translation>Noch ist nicht alles getrennt: {0}. Der Export kann warten.</translation>
    </message>
    <message>
        <source>Not everything is separated: {0}. Separate the song again, or choose a range that is complete.</source>
        <translation>Nicht alles ist getrennt: {0}. Trennen Sie das Stück noch einmal oder wählen Sie einen vollständigen Bereich.</translation>
    </message>
    <message>
        <source>Nothing will clip, so the level stays as it is.</source>
        <translation>Nichts übersteuert, also bleibt der Pegel, wie er ist.</translation>
    </message>
    <message>
        <source>All files will be {gain} dB quieter, by the same gain, because “{name}” would clip otherwise. 32-bit float WAV keeps the level.</source>
        <translation>Alle Dateien werden um dieselben {gain} dB leiser, weil „{name}“ sonst übersteuern würde. WAV mit 32 Bit Float behält den Pegel.</translation>
    </message>
    <message numerus="yes">
        <source>%n file(s) written to “{0}”.</source>
        <translation>
            <numerusform>%n Datei in „{0}“ geschrieben.</numerusform>
            <numerusform>%n Dateien in „{0}“ geschrieben.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n left as they were.</source>
        <translation>
            <numerusform>%n blieb, wie sie war.</numerusform>
            <numerusform>%n blieben, wie sie waren.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>ExportContentBox</name>
    <message>
        <source>What</source>
        <translation>Was</translation>
    </message>
    <message>
        <source>&amp;Fade for 3 ms at the cuts</source>
        <translation>An den Schnitten 3 ms ein- und ausb&amp;lenden</translation>
    </message>
    <message>
        <source>Write these &amp;stems:</source>
        <translation>Diese &amp;Spuren schreiben:</translation>
    </message>
    <message>
        <source>Leave these &amp;stems out:</source>
        <translation>Diese &amp;Spuren weglassen:</translation>
    </message>
    <message>
        <source>Faders and solo do not count here.</source>
        <translation>Fader und Solo zählen hier nicht.</translation>
    </message>
    <message>
        <source>The &amp;original, too</source>
        <translation>Auch das &amp;Original</translation>
    </message>
    <message>
        <source>The decoded original as a further file, aligned with all others</source>
        <translation>Das dekodierte Original als weitere Datei, synchron zu allen anderen</translation>
    </message>
    <message>
        <source>&amp;Range:</source>
        <translation>&amp;Bereich:</translation>
    </message>
    <message>
        <source>Without the fades, every sample is that of the song; best for loops</source>
        <translation>Ohne Blenden bleibt jedes Sample, wie es im Stück ist; am besten für Loops</translation>
    </message>
    <message>
        <source>Heard with the faders as they are:</source>
        <translation>Zu hören bei dieser Reglerstellung:</translation>
    </message>
    <message>
        <source>{name} – {percent} % there</source>
        <translation>{name} – {percent} % vorhanden</translation>
    </message>
    <message>
        <source>{name} – nothing is left over</source>
        <translation>{name} – es bleibt nichts übrig</translation>
    </message>
    <message>
        <source>Faders and solo do not change the files; the REAPER project has them.</source>
        <translation>Fader und Solo ändern die Dateien nicht; das REAPER-Projekt hat sie.</translation>
    </message>
    <message>
        <source>S&amp;tems, a file each</source>
        <translation>Spu&amp;ren, je eine Datei</translation>
    </message>
    <message>
        <source>As they were separated; faders do not matter. They add up to the song</source>
        <translation>So, wie sie getrennt wurden; die Regler spielen keine Rolle. Zusammen ergeben sie das Stück</translation>
    </message>
    <message>
        <source>The &amp;mix as it is heard</source>
        <translation>Der &amp;Mix, wie er klingt</translation>
    </message>
    <message>
        <source>One file with faders, pans, mutes and solos as they are</source>
        <translation>Eine Datei mit Reglern, Panorama, Stumm und Solo, wie sie gerade stehen</translation>
    </message>
    <message>
        <source>The mix &amp;without some stems</source>
        <translation>Der Mix ohne eini&amp;ge Spuren</translation>
    </message>
    <message>
        <source>One file: the original minus the chosen stems, such as for karaoke</source>
        <translation>Eine Datei: das Original ohne die gewählten Spuren, etwa für Karaoke</translation>
    </message>
    <message>
        <source>Whole songs</source>
        <translation>Ganze Stücke</translation>
    </message>
    <message>
        <source>Whole song ({0})</source>
        <translation>Ganzes Stück ({0})</translation>
    </message>
    <message>
        <source>Loop ({start} to {stop})</source>
        <translation>Loop ({start} bis {stop})</translation>
    </message>
    <message>
        <source>Selection ({start} to {stop})</source>
        <translation>Auswahl ({start} bis {stop})</translation>
    </message>
</context>
<context>
    <name>ExportDialog</name>
    <message>
        <source>Export “{0}”</source>
        <translation>„{0}“ exportieren</translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation>Wird abgebrochen …</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>&amp;Exportieren</translation>
    </message>
    <message>
        <source>Write the files (Enter)</source>
        <translation>Die Dateien schreiben (Eingabetaste)</translation>
    </message>
    <message>
        <source>Wait, Then E&amp;xport</source>
        <translation>Warten, dann e&amp;xportieren</translation>
    </message>
    <message>
        <source>Write the files as soon as the separation has finished</source>
        <translation>Die Dateien schreiben, sobald die Trennung fertig ist</translation>
    </message>
    <message>
        <source>Show the Files</source>
        <translation>Dateien zeigen</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Tick what the mix should go without.</source>
        <translation>Haken Sie an, was im Mix fehlen soll.</translation>
    </message>
    <message>
        <source>A better result is on its way ({0} %). An export now takes what is there.</source>
        <translation>Ein besseres Ergebnis entsteht gerade ({0} %). Wer jetzt exportiert, bekommt, was schon da ist.</translation>
    </message>
    <message>
        <source>Looking for the loudest sample…</source>
        <translation>Die lauteste Stelle wird gesucht …</translation>
    </message>
    <message>
        <source>Writing…</source>
        <translation>Wird geschrieben …</translation>
    </message>
    <message>
        <source>Waiting for the separation; the export starts by itself.</source>
        <translation>Die Trennung läuft noch; der Export beginnt von selbst.</translation>
    </message>
    <message>
        <source>Cancelled; no file was written.</source>
        <translation>Abgebrochen; es wurde keine Datei geschrieben.</translation>
    </message>
    <message>
        <source>No program was found that shows folders.</source>
        <translation>Es wurde kein Programm gefunden, das Ordner anzeigt.</translation>
    </message>
</context>
<context>
    <name>ExportFormatBox</name>
    <message>
        <source>Format</source>
        <translation>Format</translation>
    </message>
    <message>
        <source>Depth</source>
        <translation>Bittiefe</translation>
    </message>
    <message>
        <source>Form&amp;at:</source>
        <translation>Form&amp;at:</translation>
    </message>
    <message>
        <source>&amp;Depth:</source>
        <translation>Bit&amp;tiefe:</translation>
    </message>
    <message>
        <source>32-bit float</source>
        <translation>32 Bit Float</translation>
    </message>
    <message>
        <source>24 bits</source>
        <translation>24 Bit</translation>
    </message>
    <message>
        <source>16 bits</source>
        <translation>16 Bit</translation>
    </message>
    <message>
        <source>Exact to the sample, and never clips. The best choice for a DAW.</source>
        <translation>Samplegenau und nie übersteuert. Die beste Wahl für eine DAW.</translation>
    </message>
    <message>
        <source>Small, for listening. Not sample-exact, so not for the DAW.</source>
        <translation>Klein, zum Anhören. Nicht samplegenau, also nichts für die DAW.</translation>
    </message>
    <message>
        <source>About half the size of WAV, and exact to {0} bits.</source>
        <translation>Etwa halb so groß wie WAV und auf {0} Bit genau.</translation>
    </message>
    <message>
        <source>Exact to {0} bits: the everyday format for delivery.</source>
        <translation>Auf {0} Bit genau: das übliche Format zum Weitergeben.</translation>
    </message>
    <message>
        <source>Exact to {0} bits, as on a CD.</source>
        <translation>Auf {0} Bit genau, wie auf einer CD.</translation>
    </message>
    <message>
        <source>With dither.</source>
        <translation>Mit Dithering.</translation>
    </message>
</context>
<context>
    <name>ExportPlaceBox</name>
    <message>
        <source>Names and place</source>
        <translation>Namen und Ort</translation>
    </message>
    <message>
        <source>&amp;Gives:</source>
        <translation>Erg&amp;ibt:</translation>
    </message>
    <message>
        <source>If files ex&amp;ist:</source>
        <translation>Falls &amp;vorhanden:</translation>
    </message>
    <message>
        <source>A &amp;project for REAPER, too</source>
        <translation>Auch ein &amp;Projekt für REAPER</translation>
    </message>
    <message>
        <source>A text file that opens all files in REAPER, aligned, named and coloured</source>
        <translation>Eine Textdatei, die alle Dateien in REAPER öffnet: synchron, benannt und in ihren Farben</translation>
    </message>
    <message>
        <source>S&amp;how the files afterwards</source>
        <translation>Die Dateien danach &amp;zeigen</translation>
    </message>
    <message>
        <source>The song has no tempo here, so REAPER shows 120 BPM: its bars mean nothing.</source>
        <translation>Das Stück hat hier kein Tempo, daher zeigt REAPER 120 BPM: Seine Takte bedeuten nichts.</translation>
    </message>
    <message>
        <source>With {0}, and bars as here; the files begin where they lie in their first bar.</source>
        <translation>Mit {0} und Takten wie hier; die Dateien beginnen dort, wo sie in ihrem ersten Takt liegen.</translation>
    </message>
    <message>
        <source>Pattern of the file names</source>
        <translation>Muster der Dateinamen</translation>
    </message>
    <message>
        <source>Title of the song</source>
        <translation>Titel des Stücks</translation>
    </message>
    <message>
        <source>Artist</source>
        <translation>Interpret</translation>
    </message>
    <message>
        <source>Stem</source>
        <translation>Spur</translation>
    </message>
    <message>
        <source>Model that separated</source>
        <translation>Modell der Trennung</translation>
    </message>
    <message>
        <source>Number of the file</source>
        <translation>Nummer der Datei</translation>
    </message>
    <message>
        <source>Date of the recording</source>
        <translation>Datum der Aufnahme</translation>
    </message>
    <message>
        <source>The usual pattern</source>
        <translation>Das übliche Muster</translation>
    </message>
    <message>
        <source>&amp;Names:</source>
        <translation>&amp;Namen:</translation>
    </message>
    <message>
        <source>Placeholder</source>
        <translation>Platzhalter</translation>
    </message>
    <message>
        <source>Insert a placeholder into the pattern</source>
        <translation>Einen Platzhalter in das Muster einfügen</translation>
    </message>
    <message>
        <source>Folder</source>
        <translation>Ordner</translation>
    </message>
    <message>
        <source>&amp;Choose…</source>
        <translation>&amp;Wählen …</translation>
    </message>
    <message>
        <source>Choose another folder</source>
        <translation>Anderen Ordner wählen</translation>
    </message>
    <message>
        <source>Fo&amp;lder:</source>
        <translation>Or&amp;dner:</translation>
    </message>
    <message>
        <source>If files exist</source>
        <translation>Falls Dateien vorhanden sind</translation>
    </message>
    <message>
        <source>Ask</source>
        <translation>Fragen</translation>
    </message>
    <message>
        <source>Use a folder with a number</source>
        <translation>Neuen Ordner mit Nummer anlegen</translation>
    </message>
    <message>
        <source>Write only the others</source>
        <translation>Nur die anderen schreiben</translation>
    </message>
    <message>
        <source>Replace them</source>
        <translation>Ersetzen</translation>
    </message>
    <message>
        <source>Folder for Exported Files</source>
        <translation>Ordner für exportierte Dateien</translation>
    </message>
</context>
<context>
    <name>ExportReport</name>
    <message>
        <source>Progress of the export</source>
        <translation>Fortschritt des Exports</translation>
    </message>
    <message>
        <source>Note: {0}</source>
        <translation>Hinweis: {0}</translation>
    </message>
    <message>
        <source>Error: {0}</source>
        <translation>Fehler: {0}</translation>
    </message>
</context>
<context>
    <name>FailedPage</name>
    <message>
        <source>Song that could not be opened</source>
        <translation>Stück, das sich nicht öffnen ließ</translation>
    </message>
    <message>
        <source>&amp;Try Again</source>
        <translation>Noch einmal &amp;versuchen</translation>
    </message>
    <message>
        <source>&amp;Choose Another File…</source>
        <translation>&amp;Andere Datei wählen …</translation>
    </message>
    <message>
        <source>&amp;Remove from the Queue</source>
        <translation>Aus der Warteschlange &amp;entfernen</translation>
    </message>
    <message>
        <source>Open another file in its place</source>
        <translation>Stattdessen eine andere Datei öffnen</translation>
    </message>
</context>
<context>
    <name>FailureWatch</name>
    <message>
        <source>&amp;Try Again</source>
        <translation>Noch einmal &amp;versuchen</translation>
    </message>
    <message numerus="yes">
        <source>%n files could not be opened. The queue says why.</source>
        <translation>
            <numerusform>%n Datei ließ sich nicht öffnen. Den Grund nennt die Warteschlange.</numerusform>
            <numerusform>%n Dateien ließen sich nicht öffnen. Den Grund nennt die Warteschlange.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n songs could not be finished. The queue says why.</source>
        <translation>
            <numerusform>%n Stück ist nicht fertig geworden. Den Grund nennt die Warteschlange.</numerusform>
            <numerusform>%n Stücke sind nicht fertig geworden. Den Grund nennt die Warteschlange.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>FileCommands</name>
    <message>
        <source>Open Songs</source>
        <translation>Stücke öffnen</translation>
    </message>
    <message>
        <source>Songs ({0})</source>
        <translation>Stücke ({0})</translation>
    </message>
    <message>
        <source>All files (*)</source>
        <translation>Alle Dateien (*)</translation>
    </message>
    <message>
        <source>Open a Folder of Songs</source>
        <translation>Ordner mit Stücken öffnen</translation>
    </message>
    <message>
        <source>Open a Project</source>
        <translation>Projekt öffnen</translation>
    </message>
    <message>
        <source>Projects of Strata ({0})</source>
        <translation>Projekte von Strata ({0})</translation>
    </message>
    <message>
        <source>&amp;Forget These</source>
        <translation>Diese &amp;vergessen</translation>
    </message>
    <message>
        <source>“{0}” is not there any more.</source>
        <translation>„{0}“ ist nicht mehr da.</translation>
    </message>
</context>
<context>
    <name>FindBar</name>
    <message>
        <source>Find the place before (Shift+Enter)</source>
        <translation>Vorige Stelle suchen (Umschalt+Eingabe)</translation>
    </message>
    <message>
        <source>Find the next place (Enter)</source>
        <translation>Nächste Stelle suchen (Eingabe)</translation>
    </message>
    <message>
        <source>&amp;Find:</source>
        <translation>&amp;Suchen:</translation>
    </message>
    <message>
        <source>Find in the manual</source>
        <translation>Im Handbuch suchen</translation>
    </message>
    <message>
        <source>Find in the manual (Ctrl+F)</source>
        <translation>Im Handbuch suchen (Strg+F)</translation>
    </message>
    <message>
        <source>Not found</source>
        <translation>Nicht gefunden</translation>
    </message>
    <message>
        <source>{0} of {1}</source>
        <translation>{0} von {1}</translation>
    </message>
    <message numerus="yes">
        <source>%n place(s)</source>
        <translation>
            <numerusform>%n Stelle</numerusform>
            <numerusform>%n Stellen</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>GainText</name>
    <message>
        <source>C</source>
        <comment>pan in the centre, one letter</comment>
        <translation>C</translation>
    </message>
    <message>
        <source>L</source>
        <comment>pan to the left, one letter</comment>
        <translation>L</translation>
    </message>
    <message>
        <source>R</source>
        <comment>pan to the right, one letter</comment>
        <translation>R</translation>
    </message>
    <message>
        <source>centre</source>
        <translation>Mitte</translation>
    </message>
    <message>
        <source>{percent} % left</source>
        <translation>{percent} % links</translation>
    </message>
    <message>
        <source>{percent} % right</source>
        <translation>{percent} % rechts</translation>
    </message>
</context>
<context>
    <name>GoToTimeDialog</name>
    <message>
        <source>Go to a Time</source>
        <translation>Zu einer Zeit gehen</translation>
    </message>
    <message>
        <source>Time</source>
        <translation>Zeit</translation>
    </message>
    <message>
        <source>Minutes and seconds, or seconds alone</source>
        <translation>Minuten und Sekunden, oder nur Sekunden</translation>
    </message>
    <message>
        <source>Time, such as 1:05.72 or 65.72 (up to {0}):</source>
        <translation>Zeit, etwa 1:05,72 oder 65,72 (bis {0}):</translation>
    </message>
    <message>
        <source>Time or bar</source>
        <translation>Zeit oder Takt</translation>
    </message>
    <message>
        <source>Minutes and seconds, seconds alone, or b with a bar and a beat</source>
        <translation>Minuten und Sekunden, nur Sekunden, oder t mit Takt und Schlag</translation>
    </message>
    <message>
        <source>Time, such as 1:05.72 or 65.72 (up to {0}),
or bar, such as b5 or b5.3 for its third beat:</source>
        <translation>Zeit, etwa 1:05,72 oder 65,72 (bis {0}),
oder Takt, etwa t5, oder t5.3 für seinen dritten Schlag:</translation>
    </message>
</context>
<context>
    <name>HelpCommands</name>
    <message>
        <source>none</source>
        <translation>keine</translation>
    </message>
    <message>
        <source>{0} ms</source>
        <translation>{0} ms</translation>
    </message>
    <message>
        <source>System</source>
        <translation>System</translation>
    </message>
    <message>
        <source>Screen</source>
        <translation>Bildschirm</translation>
    </message>
    <message>
        <source>Sound card</source>
        <translation>Audioausgabe</translation>
    </message>
    <message>
        <source>Latency</source>
        <translation>Latenz</translation>
    </message>
    <message>
        <source>Underruns</source>
        <translation>Aussetzer</translation>
    </message>
    <message>
        <source>Log</source>
        <translation>Protokoll</translation>
    </message>
</context>
<context>
    <name>LaneCommands</name>
    <message>
        <source>&amp;Undo</source>
        <translation>&amp;Rückgängig</translation>
    </message>
    <message>
        <source>&amp;Redo</source>
        <translation>&amp;Wiederholen</translation>
    </message>
    <message>
        <source>Solo {lane}</source>
        <translation>{lane} solo</translation>
    </message>
    <message>
        <source>Mute {lane}</source>
        <translation>{lane} stumm</translation>
    </message>
    <message>
        <source>Reset the mix</source>
        <translation>Mix zurücksetzen</translation>
    </message>
    <message>
        <source>Colour of “{0}”</source>
        <translation>Farbe von „{0}“</translation>
    </message>
</context>
<context>
    <name>LaneDescription</name>
    <message>
        <source>experimental</source>
        <translation>experimentell</translation>
    </message>
    <message>
        <source>muted</source>
        <translation>stumm</translation>
    </message>
    <message>
        <source>silent because of a solo</source>
        <translation>stumm durch Solo</translation>
    </message>
    <message>
        <source>soloed</source>
        <translation>solo</translation>
    </message>
    <message>
        <source>pan {pan}</source>
        <translation>Panorama {pan}</translation>
    </message>
    <message>
        <source>{percent} % read</source>
        <translation>{percent} % eingelesen</translation>
    </message>
    <message>
        <source>{percent} % separated</source>
        <translation>{percent} % getrennt</translation>
    </message>
</context>
<context>
    <name>LaneHeader</name>
    <message>
        <source>Listen</source>
        <translation>Hören</translation>
    </message>
    <message>
        <source>Hold the mouse button and drag: {lane} lands as a file in your DAW or a folder. Taken: {part}</source>
        <translation>Mit gedrückter Maustaste ziehen: {lane} landet als Datei in der DAW oder einem Ordner. Umfang: {part}</translation>
    </message>
    <message>
        <source>For a part of it, mark that first.</source>
        <translation>Für einen Teil davon erst diesen auswählen.</translation>
    </message>
    <message>
        <source>Controls of {lane}</source>
        <translation>Regler von {lane}</translation>
    </message>
    <message>
        <source>Drag out {lane}</source>
        <translation>{lane} herausziehen</translation>
    </message>
    <message>
        <source>exp.</source>
        <comment>short for experimental</comment>
        <translation>exp.</translation>
    </message>
    <message>
        <source>Mute {lane}</source>
        <translation>{lane} stumm</translation>
    </message>
    <message>
        <source>Mute (M)</source>
        <translation>Stumm (M)</translation>
    </message>
    <message>
        <source>Solo {lane}</source>
        <translation>{lane} solo</translation>
    </message>
    <message>
        <source>Solo (S); with Alt no other lane</source>
        <translation>Solo (S); mit Alt keine andere Spur</translation>
    </message>
    <message>
        <source>Gain of {lane}</source>
        <translation>Pegel von {lane}</translation>
    </message>
    <message>
        <source>Gain (+ and −). With Shift mouse, wheel and arrow keys move it finely; double-click or Delete returns to 0 dB.</source>
        <translation>Pegel (+ und −). Mit Umschalt lässt er sich mit Maus, Rad und Pfeiltasten fein einstellen; Doppelklick oder Entf setzt ihn auf 0 dB zurück.</translation>
    </message>
    <message>
        <source>Gain of {lane} in decibels</source>
        <translation>Pegel von {lane} in Dezibel</translation>
    </message>
    <message>
        <source>Gain: type a number, or use the arrow keys</source>
        <translation>Pegel: Zahl eintippen oder Pfeiltasten benutzen</translation>
    </message>
    <message>
        <source>Pan of {lane}</source>
        <translation>Panorama von {lane}</translation>
    </message>
    <message>
        <source>Pan: {pan}. Drag up or down, double-click returns to the centre.</source>
        <translation>Panorama: {pan}. Auf- oder abwärts ziehen; Doppelklick setzt auf die Mitte zurück.</translation>
    </message>
    <message>
        <source>Level of {lane}</source>
        <translation>Aussteuerung von {lane}</translation>
    </message>
    <message>
        <source>Listen to the original</source>
        <translation>Das Original hören</translation>
    </message>
    <message>
        <source>Hear the original instead of the stems (B)</source>
        <translation>Das Original statt der Spuren hören (B)</translation>
    </message>
    <message>
        <source>Make the original&apos;s lane low</source>
        <translation>Die Spur des Originals niedrig machen</translation>
    </message>
    <message>
        <source>Make the residual&apos;s lane low</source>
        <translation>Die Spur des Rests niedrig machen</translation>
    </message>
    <message>
        <source>Make this lane low or high</source>
        <translation>Diese Spur niedrig oder hoch machen</translation>
    </message>
    <message>
        <source>{lane}: nothing left</source>
        <translation>{lane}: nichts übrig</translation>
    </message>
    <message>
        <source>Nothing is left over: the stems alone add up to the original</source>
        <translation>Es bleibt nichts übrig: Schon die Spuren allein ergeben zusammen das Original</translation>
    </message>
    <message>
        <source>{lane} (double-click or F2 renames it)</source>
        <translation>{lane} (umbenennen: Doppelklick oder F2)</translation>
    </message>
    <message>
        <source>Experimental: this model is known to be weak at this stem. Listen closely before you use it.</source>
        <translation>Experimentell: Bei dieser Spur ist das Modell bekanntermaßen schwach. Hören Sie genau hin, bevor Sie sie verwenden.</translation>
    </message>
</context>
<context>
    <name>LaneStack</name>
    <message>
        <source>Lanes in view</source>
        <translation>Sichtbare Spuren</translation>
    </message>
    <message>
        <source>mono</source>
        <translation>mono</translation>
    </message>
    <message>
        <source>stereo</source>
        <translation>stereo</translation>
    </message>
    <message numerus="yes">
        <source>%n channel(s)</source>
        <translation>
            <numerusform>%n Kanal</numerusform>
            <numerusform>%n Kanäle</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LaneStyle</name>
    <message>
        <source>Original</source>
        <translation>Original</translation>
    </message>
    <message>
        <source>Drums</source>
        <translation>Schlagzeug</translation>
    </message>
    <message>
        <source>Bass</source>
        <translation>Bass</translation>
    </message>
    <message>
        <source>Other</source>
        <translation>Übriges</translation>
    </message>
    <message>
        <source>Vocals</source>
        <translation>Gesang</translation>
    </message>
    <message>
        <source>Guitar</source>
        <translation>Gitarre</translation>
    </message>
    <message>
        <source>Piano</source>
        <translation>Klavier</translation>
    </message>
    <message>
        <source>Strings</source>
        <translation>Streicher</translation>
    </message>
    <message>
        <source>Wind</source>
        <translation>Bläser</translation>
    </message>
    <message>
        <source>Residual</source>
        <translation>Rest</translation>
    </message>
    <message>
        <source>Source {0}</source>
        <translation>Quelle {0}</translation>
    </message>
</context>
<context>
    <name>LaneWaveform</name>
    <message>
        <source>Waveform: {lane}</source>
        <translation>Wellenform: {lane}</translation>
    </message>
    <message>
        <source>Spectrogram: {lane}</source>
        <translation>Spektrogramm: {lane}</translation>
    </message>
    <message>
        <source>Drag out</source>
        <translation>Herausziehen</translation>
    </message>
    <message>
        <source>Not read yet</source>
        <translation>Noch nicht eingelesen</translation>
    </message>
    <message>
        <source>Not separated yet</source>
        <translation>Noch nicht getrennt</translation>
    </message>
    <message>
        <source>Muted</source>
        <translation>Stumm</translation>
    </message>
    <message>
        <source>Silent: another stem is soloed</source>
        <translation>Stumm, weil eine andere Spur solo ist</translation>
    </message>
    <message>
        <source>Hold the mouse button and drag: {part} lands as a file in your DAW or a folder. With Alt, drag it anywhere.</source>
        <translation>Mit gedrückter Maustaste ziehen: {part} landet als Datei in der DAW oder einem Ordner. Mit Alt geht es überall im Bereich.</translation>
    </message>
</context>
<context>
    <name>LevelMeter</name>
    <message>
        <source>Level</source>
        <translation>Aussteuerung</translation>
    </message>
    <message>
        <source>Level before the sound card. Click to put the clip lamp out.</source>
        <translation>Aussteuerung vor der Audioausgabe. Klick löscht die Übersteuerungsanzeige.</translation>
    </message>
    <message>
        <source>silent</source>
        <translation>still</translation>
    </message>
    <message>
        <source>peak {level} dB</source>
        <translation>Spitze {level} dB</translation>
    </message>
    <message>
        <source>{level}, clipped</source>
        <translation>{level}, übersteuert</translation>
    </message>
</context>
<context>
    <name>LoopPanel</name>
    <message>
        <source>Loop</source>
        <translation>Loop</translation>
    </message>
    <message>
        <source>Set the &amp;Loop</source>
        <translation>&amp;Loop setzen</translation>
    </message>
    <message>
        <source>Set the &amp;Tempo</source>
        <translation>&amp;Tempo setzen</translation>
    </message>
    <message>
        <source>For example 1:05.72, or b5.3 for bar 5, beat 3</source>
        <translation>Zum Beispiel 1:05,72 oder t5.3 für Takt 5, Schlag 3</translation>
    </message>
    <message>
        <source>Minutes and seconds, for example 1:05.72</source>
        <translation>Minuten und Sekunden, zum Beispiel 1:05,72</translation>
    </message>
    <message>
        <source>For example 8.5, or b4 for 4 bars, b0.2 for 2 beats</source>
        <translation>Zum Beispiel 8,5 oder t4 für 4 Takte, t0.2 für 2 Schläge</translation>
    </message>
    <message>
        <source>Seconds, for example 8.5</source>
        <translation>Sekunden, zum Beispiel 8,5</translation>
    </message>
    <message>
        <source>Start of the loop</source>
        <translation>Anfang des Loops</translation>
    </message>
    <message>
        <source>End of the loop</source>
        <translation>Ende des Loops</translation>
    </message>
    <message>
        <source>Length of the loop</source>
        <translation>Länge des Loops</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Number of bars</source>
        <translation>Zahl der Takte</translation>
    </message>
    <message>
        <source>How many bars this loop is, by ear</source>
        <translation>Wie viele Takte dieser Loop nach Gehör lang ist</translation>
    </message>
    <message>
        <source>Take this loop (Enter)</source>
        <translation>Diesen Loop nehmen (Eingabe)</translation>
    </message>
    <message>
        <source>Sets the tempo so that the loop is so many bars, and bar 1 at its start</source>
        <translation>Setzt das Tempo so, dass der Loop so viele Takte lang ist, und Takt 1 an seinen Anfang</translation>
    </message>
    <message>
        <source>&amp;Start:</source>
        <translation>&amp;Anfang:</translation>
    </message>
    <message>
        <source>&amp;End:</source>
        <translation>&amp;Ende:</translation>
    </message>
    <message>
        <source>Len&amp;gth:</source>
        <translation>&amp;Länge:</translation>
    </message>
    <message>
        <source>This loop is so many &amp;bars:</source>
        <translation>Dieser Loop hat so viele Ta&amp;kte:</translation>
    </message>
    <message>
        <source>This is no place in the song that a loop can have.</source>
        <translation>Dies ist keine Stelle im Stück, die ein Loop haben kann.</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>Open &amp;Recent</source>
        <translation>&amp;Zuletzt geöffnet</translation>
    </message>
</context>
<context>
    <name>ManualViewer</name>
    <message>
        <source>Manual</source>
        <translation>Handbuch</translation>
    </message>
</context>
<context>
    <name>ManyQuestion</name>
    <message>
        <source>Many Songs</source>
        <translation>Viele Stücke</translation>
    </message>
    <message numerus="yes">
        <source>Really open %n song(s)?</source>
        <translation>
            <numerusform>Wirklich %n Stück öffnen?</numerusform>
            <numerusform>Wirklich %n Stücke öffnen?</numerusform>
        </translation>
    </message>
    <message>
        <source>They are in “{0}” and in folders below it.</source>
        <translation>Sie liegen in „{0}“ und in Ordnern darunter.</translation>
    </message>
    <message>
        <source>&amp;Open All</source>
        <translation>&amp;Alle öffnen</translation>
    </message>
</context>
<context>
    <name>Menus</name>
    <message>
        <source>Solo b&amp;y Number</source>
        <translation>Solo na&amp;ch Nummer</translation>
    </message>
    <message>
        <source>Mute &amp;by Number</source>
        <translation>Stumm nach Numm&amp;er</translation>
    </message>
    <message>
        <source>&amp;Queue</source>
        <translation>&amp;Warteschlange</translation>
    </message>
    <message>
        <source>&amp;File</source>
        <translation>&amp;Datei</translation>
    </message>
    <message>
        <source>&amp;Edit</source>
        <translation>&amp;Bearbeiten</translation>
    </message>
    <message>
        <source>&amp;View</source>
        <translation>&amp;Ansicht</translation>
    </message>
    <message>
        <source>&amp;Transport</source>
        <translation>&amp;Transport</translation>
    </message>
    <message>
        <source>Ste&amp;ms</source>
        <translation>S&amp;puren</translation>
    </message>
    <message>
        <source>&amp;Help</source>
        <translation>&amp;Hilfe</translation>
    </message>
    <message>
        <source>Te&amp;mpo and Bars</source>
        <translation>Te&amp;mpo und Takte</translation>
    </message>
    <message>
        <source>The &amp;Loop Is</source>
        <translation>Der &amp;Loop hat</translation>
    </message>
</context>
<context>
    <name>MixChanges</name>
    <message>
        <source>Unmute {lane}</source>
        <translation>{lane} nicht mehr stumm</translation>
    </message>
    <message>
        <source>Mute {lane}</source>
        <translation>{lane} stumm</translation>
    </message>
    <message>
        <source>Unsolo {lane}</source>
        <translation>{lane} nicht mehr solo</translation>
    </message>
    <message>
        <source>Solo {lane}</source>
        <translation>{lane} solo</translation>
    </message>
    <message>
        <source>Solo only {lane}</source>
        <translation>Nur {lane} solo</translation>
    </message>
    <message>
        <source>Gain of {lane}</source>
        <translation>Pegel von {lane}</translation>
    </message>
    <message>
        <source>Pan of {lane}</source>
        <translation>Panorama von {lane}</translation>
    </message>
    <message>
        <source>Rename {lane}</source>
        <translation>{lane} umbenennen</translation>
    </message>
    <message>
        <source>Colour of {lane}</source>
        <translation>Farbe von {lane}</translation>
    </message>
    <message>
        <source>Loop</source>
        <translation>Loop</translation>
    </message>
    <message>
        <source>Selection</source>
        <translation>Auswahl</translation>
    </message>
    <message>
        <source>Clear selection</source>
        <translation>Auswahl aufheben</translation>
    </message>
    <message>
        <source>Loop on</source>
        <translation>Loop ein</translation>
    </message>
    <message>
        <source>Loop off</source>
        <translation>Loop aus</translation>
    </message>
</context>
<context>
    <name>ModelTitle</name>
    <message>
        <source>Quality: drums, bass, other, vocals</source>
        <translation>Qualität: Schlagzeug, Bass, Übriges, Gesang</translation>
    </message>
    <message>
        <source>Instant draft: drums, bass, other, vocals</source>
        <translation>Schneller Entwurf: Schlagzeug, Bass, Übriges, Gesang</translation>
    </message>
    <message>
        <source>Solo priors: drums, bass, other, vocals</source>
        <translation>Nur aus Soli gelernt: Schlagzeug, Bass, Übriges, Gesang</translation>
    </message>
    <message>
        <source>Blind: 2 sources of one kind</source>
        <translation>Zwei Quellen gleicher Art: Stimmen, Gitarren (blind)</translation>
    </message>
</context>
<context>
    <name>NamePreview</name>
    <message>
        <source>Files that will be written</source>
        <translation>Dateien, die geschrieben werden</translation>
    </message>
    <message>
        <source>exists already: {0}</source>
        <translation>schon vorhanden: {0}</translation>
    </message>
</context>
<context>
    <name>Phases</name>
    <message>
        <source>Waiting</source>
        <translation>Wartet</translation>
    </message>
    <message>
        <source>Reading</source>
        <translation>Liest ein</translation>
    </message>
    <message>
        <source>Separating</source>
        <translation>Trennt</translation>
    </message>
    <message>
        <source>Paused</source>
        <translation>Pausiert</translation>
    </message>
    <message>
        <source>Ready</source>
        <translation>Fertig</translation>
    </message>
    <message>
        <source>Cancelled</source>
        <translation>Abgebrochen</translation>
    </message>
    <message>
        <source>Failed</source>
        <translation>Fehlgeschlagen</translation>
    </message>
    <message>
        <source>Starting the engine…</source>
        <translation>Die Trennung startet …</translation>
    </message>
    <message>
        <source>Loading the model…</source>
        <translation>Das Modell wird geladen …</translation>
    </message>
    <message>
        <source>{phase}: {percent} % replaced by {model}</source>
        <translation>{phase}: {percent} % durch „{model}“ ersetzt</translation>
    </message>
    <message>
        <source>{phase} at {percent} %</source>
        <translation>{phase} bei {percent} %</translation>
    </message>
    <message>
        <source>{model} ({number} of {count})</source>
        <translation>{model} ({number} von {count})</translation>
    </message>
    <message>
        <source>{phase} · took {elapsed}</source>
        <translation>{phase} · nach {elapsed}</translation>
    </message>
    <message>
        <source>{elapsed} so far</source>
        <translation>bisher {elapsed}</translation>
    </message>
    <message>
        <source>{share} · {percent} % replaced by {model}</source>
        <translation>{share} · {percent} % durch „{model}“ ersetzt</translation>
    </message>
    <message>
        <source>{percent} %</source>
        <translation>{percent} %</translation>
    </message>
</context>
<context>
    <name>ProjectCommands</name>
    <message>
        <source>Strata ended several times with the same songs.</source>
        <translation>Strata ist mit denselben Stücken mehrmals abgestürzt.</translation>
    </message>
    <message>
        <source>They are not open now. Their projects are in the recent ones.</source>
        <translation>Sie sind jetzt nicht offen. Ihre Projekte stehen im Menü bei den zuletzt geöffneten.</translation>
    </message>
    <message>
        <source>&amp;Open Them Again</source>
        <translation>&amp;Wieder öffnen</translation>
    </message>
    <message numerus="yes">
        <source>Strata did not end as it should. %n song(s) are open again as they were.</source>
        <translation>
            <numerusform>Strata wurde beim letzten Mal nicht richtig beendet. %n Stück ist wieder offen, wie es war.</numerusform>
            <numerusform>Strata wurde beim letzten Mal nicht richtig beendet. %n Stücke sind wieder offen, wie sie waren.</numerusform>
        </translation>
    </message>
    <message>
        <source>“{0}” is open in another window of Strata.</source>
        <translation>„{0}“ ist in einem anderen Fenster von Strata offen.</translation>
    </message>
    <message>
        <source>Go on there, or close it there first.</source>
        <translation>Machen Sie dort weiter oder schließen Sie es dort zuerst.</translation>
    </message>
    <message>
        <source>“{0}” is saved.</source>
        <translation>„{0}“ ist gespeichert.</translation>
    </message>
    <message>
        <source>Save a Copy of the Project</source>
        <translation>Kopie des Projekts speichern</translation>
    </message>
    <message>
        <source>Folder:</source>
        <translation>Ordner:</translation>
    </message>
    <message>
        <source>The copy is in {0}.</source>
        <translation>Die Kopie liegt in {0}.</translation>
    </message>
</context>
<context>
    <name>ProjectError</name>
    <message>
        <source>“{name}” is not a project of Strata.</source>
        <translation>„{name}“ ist kein Projekt von Strata.</translation>
    </message>
    <message>
        <source>Choose a folder in which there is a file project.json.</source>
        <translation>Wählen Sie einen Ordner, in dem eine Datei project.json liegt.</translation>
    </message>
    <message>
        <source>The project “{name}” was saved by a newer version of Strata.</source>
        <translation>Das Projekt „{name}“ wurde mit einer neueren Version von Strata gespeichert.</translation>
    </message>
    <message>
        <source>Update Strata and open it again.</source>
        <translation>Aktualisieren Sie Strata und öffnen Sie es noch einmal.</translation>
    </message>
    <message>
        <source>The project “{name}” is damaged and was left as it is.</source>
        <translation>Das Projekt „{name}“ ist beschädigt und wurde nicht verändert.</translation>
    </message>
    <message>
        <source>Its sound is in the folder: use the WAV files as they are, or open the original song again.</source>
        <translation>Der Ton liegt im Ordner: Verwenden Sie die WAV-Dateien, wie sie sind, oder öffnen Sie das Stück noch einmal.</translation>
    </message>
    <message>
        <source>The project “{name}” cannot be opened. {reason}</source>
        <translation>Das Projekt „{name}“ lässt sich nicht öffnen. {reason}</translation>
    </message>
    <message>
        <source>Bring the file back, or open the original song again.</source>
        <translation>Stellen Sie die Datei wieder her oder öffnen Sie das Stück noch einmal.</translation>
    </message>
    <message>
        <source>The project “{name}” could not be read: {reason}.</source>
        <translation>Das Projekt „{name}“ konnte nicht gelesen werden: {reason}.</translation>
    </message>
    <message>
        <source>Check that the disk is there and that you may read the folder.</source>
        <translation>Prüfen Sie, ob das Laufwerk da ist und Sie den Ordner lesen dürfen.</translation>
    </message>
    <message>
        <source>The project “{name}” could not be saved: {reason}.</source>
        <translation>Das Projekt „{name}“ konnte nicht gespeichert werden: {reason}.</translation>
    </message>
    <message>
        <source>Make room on the disk, or save the project in another folder.</source>
        <translation>Schaffen Sie Platz auf dem Laufwerk oder speichern Sie das Projekt in einem anderen Ordner.</translation>
    </message>
    <message>
        <source>“{name}” cannot be copied while it is being separated.</source>
        <translation>„{name}“ kann nicht kopiert werden, während es getrennt wird.</translation>
    </message>
    <message>
        <source>Pause the separation or wait for its end, then save it again.</source>
        <translation>Halten Sie die Trennung an oder warten Sie ihr Ende ab und speichern Sie dann noch einmal.</translation>
    </message>
    <message>
        <source>There is already something in “{name}”.</source>
        <translation>In „{name}“ liegt schon etwas.</translation>
    </message>
    <message>
        <source>Choose another name for the project, or an empty folder.</source>
        <translation>Wählen Sie einen anderen Namen für das Projekt oder einen leeren Ordner.</translation>
    </message>
</context>
<context>
    <name>QShortcut</name>
    <message>
        <source>Return</source>
        <translation>Eingabe</translation>
    </message>
</context>
<context>
    <name>QualityChoice</name>
    <message>
        <source>Quality</source>
        <translation>Qualität</translation>
    </message>
    <message>
        <source>Draft</source>
        <translation>Entwurf</translation>
    </message>
    <message>
        <source>About 5 times faster than normal</source>
        <translation>Etwa 5-mal schneller als normal</translation>
    </message>
    <message>
        <source>Normal</source>
        <translation>Normal</translation>
    </message>
    <message>
        <source>What this model is made for</source>
        <translation>Wofür dieses Modell gemacht ist</translation>
    </message>
    <message>
        <source>Best</source>
        <translation>Beste</translation>
    </message>
    <message>
        <source>About 3 times slower than normal</source>
        <translation>Etwa 3-mal langsamer als normal</translation>
    </message>
    <message>
        <source>&amp;Quality:</source>
        <translation>&amp;Qualität:</translation>
    </message>
</context>
<context>
    <name>QueueCommands</name>
    <message>
        <source>&amp;Go On</source>
        <translation>&amp;Weiter</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Pause</translation>
    </message>
</context>
<context>
    <name>QueuePanel</name>
    <message>
        <source>&amp;Queue</source>
        <translation>&amp;Warteschlange</translation>
    </message>
    <message>
        <source>Queue of songs</source>
        <translation>Warteschlange der Stücke</translation>
    </message>
    <message>
        <source>Arrow keys choose a song, Alt with arrow keys moves it, Delete removes it.</source>
        <translation>Pfeiltasten wählen ein Stück, mit Alt verschieben sie es, Entf nimmt es heraus.</translation>
    </message>
    <message>
        <source>No songs yet</source>
        <translation>Noch keine Stücke</translation>
    </message>
    <message numerus="yes">
        <source>%n song(s)</source>
        <translation>
            <numerusform>%n Stück</numerusform>
            <numerusform>%n Stücke</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n to go</source>
        <translation>
            <numerusform>%n offen</numerusform>
            <numerusform>%n offen</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n paused</source>
        <translation>
            <numerusform>%n angehalten</numerusform>
            <numerusform>%n angehalten</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n failed</source>
        <translation>
            <numerusform>%n fehlgeschlagen</numerusform>
            <numerusform>%n fehlgeschlagen</numerusform>
        </translation>
    </message>
    <message>
        <source>{0} so far</source>
        <translation>bisher {0}</translation>
    </message>
    <message numerus="yes">
        <source>without %n song(s) of unknown length</source>
        <translation>
            <numerusform>ohne %n Stück unbekannter Länge</numerusform>
            <numerusform>ohne %n Stücke unbekannter Länge</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>RangeTips</name>
    <message>
        <source>Drag to move the start</source>
        <translation>Ziehen verschiebt den Anfang</translation>
    </message>
    <message>
        <source>Drag to move the end</source>
        <translation>Ziehen verschiebt das Ende</translation>
    </message>
    <message>
        <source>{tip}; with Alt or Ctrl, off the grid</source>
        <translation>{tip}; mit Alt oder Strg frei vom Raster</translation>
    </message>
</context>
<context>
    <name>RemarksArea</name>
    <message>
        <source>Remarks</source>
        <translation>Anmerkungen</translation>
    </message>
</context>
<context>
    <name>Reopening</name>
    <message>
        <source>“{0}” is open already. File &gt; “Start Afresh with the File” begins anew.</source>
        <translation>„{0}“ ist schon offen. Datei &gt; „Mit der Datei neu beginnen“ fängt von vorn an.</translation>
    </message>
    <message>
        <source>You have opened “{0}” before. This is your earlier project of that file.</source>
        <translation>„{0}“ haben Sie schon einmal geöffnet. Dies ist Ihr früheres Projekt dieser Datei.</translation>
    </message>
    <message numerus="yes">
        <source>You have opened %n file(s) before. These are your earlier projects of them.</source>
        <translation>
            <numerusform>%n Datei haben Sie schon einmal geöffnet. Dies ist Ihr früheres Projekt davon.</numerusform>
            <numerusform>%n Dateien haben Sie schon einmal geöffnet. Dies sind Ihre früheren Projekte davon.</numerusform>
        </translation>
    </message>
    <message>
        <source>Start &amp;Afresh</source>
        <translation>&amp;Neu beginnen</translation>
    </message>
</context>
<context>
    <name>SeparationPanel</name>
    <message>
        <source>Starting…</source>
        <translation>Startet …</translation>
    </message>
    <message>
        <source>Shared among the stems</source>
        <translation>Auf die Spuren verteilt</translation>
    </message>
    <message>
        <source>What no stem claims is shared among the stems: they sound fuller, and nothing is left over</source>
        <translation>Was keine Spur beansprucht, wird auf die Spuren verteilt: Sie klingen voller, und es bleibt nichts übrig</translation>
    </message>
    <message>
        <source>In a lane of their own</source>
        <translation>In einer eigenen Spur</translation>
    </message>
    <message>
        <source>What no stem claims goes into the lane “Residual”: the stems are cleaner, but thinner</source>
        <translation>Was keine Spur beansprucht, kommt in die Spur „Rest“: Die anderen sind sauberer, aber dünner</translation>
    </message>
    <message>
        <source>Progress of the separation</source>
        <translation>Fortschritt der Trennung</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>Leftovers</source>
        <translation>Rest</translation>
    </message>
    <message>
        <source>M&amp;odel:</source>
        <translation>M&amp;odell:</translation>
    </message>
    <message>
        <source>&amp;Device:</source>
        <translation>&amp;Gerät:</translation>
    </message>
    <message>
        <source>&amp;Leftovers:</source>
        <translation>&amp;Rest:</translation>
    </message>
    <message>
        <source>Which model takes songs apart</source>
        <translation>Welches Modell Stücke zerlegt</translation>
    </message>
    <message>
        <source>What computes: {0}</source>
        <translation>Hier wird gerechnet: {0}</translation>
    </message>
    <message>
        <source>{0} (experimental)</source>
        <translation>{0} (experimentell)</translation>
    </message>
    <message>
        <source>Finds: {0}</source>
        <translation>Findet: {0}</translation>
    </message>
    <message>
        <source>For sources of one kind, such as two voices or two guitars, at different places between left and right. Not for whole songs; in mono nothing is gained.</source>
        <translation>Für Quellen gleicher Art, etwa zwei Stimmen oder zwei Gitarren, an verschiedenen Stellen zwischen links und rechts. Nicht für ganze Stücke; in Mono ist nichts gewonnen.</translation>
    </message>
    <message>
        <source>Processor ({0})</source>
        <translation>Prozessor ({0})</translation>
    </message>
</context>
<context>
    <name>SettingsDialog</name>
    <message>
        <source>Settings</source>
        <translation>Einstellungen</translation>
    </message>
    <message>
        <source>The language changes at the next start.</source>
        <translation>Die Sprache wechselt beim nächsten Start.</translation>
    </message>
    <message>
        <source>The system’s choice</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>{0} (not connected)</source>
        <translation>{0} (nicht angeschlossen)</translation>
    </message>
    <message>
        <source>The engine is still starting</source>
        <translation>Die Trennung startet noch</translation>
    </message>
    <message>
        <source>As the system</source>
        <translation>Wie das System</translation>
    </message>
    <message>
        <source>Light</source>
        <translation>Hell</translation>
    </message>
    <message>
        <source>Dark</source>
        <translation>Dunkel</translation>
    </message>
    <message>
        <source>C&amp;hoose…</source>
        <translation>&amp;Wählen …</translation>
    </message>
    <message>
        <source>Choose the folder of the songs</source>
        <translation>Den Ordner der Stücke wählen</translation>
    </message>
    <message>
        <source>Separate &amp;on:</source>
        <translation>&amp;Trennen auf:</translation>
    </message>
    <message>
        <source>Separate on</source>
        <translation>Trennen auf</translation>
    </message>
    <message>
        <source>&amp;Play through:</source>
        <translation>&amp;Wiedergabe über:</translation>
    </message>
    <message>
        <source>Play through</source>
        <translation>Wiedergabe über</translation>
    </message>
    <message>
        <source>&amp;Appearance:</source>
        <translation>&amp;Erscheinungsbild:</translation>
    </message>
    <message>
        <source>Appearance</source>
        <translation>Erscheinungsbild</translation>
    </message>
    <message>
        <source>&amp;Language:</source>
        <translation>&amp;Sprache:</translation>
    </message>
    <message>
        <source>Language</source>
        <translation>Sprache</translation>
    </message>
    <message>
        <source>Folder of the songs</source>
        <translation>Ordner der Stücke</translation>
    </message>
    <message>
        <source>Songs &amp;lie in:</source>
        <translation>Stücke &amp;liegen in:</translation>
    </message>
    <message>
        <source>They take:</source>
        <translation>Sie belegen:</translation>
    </message>
    <message>
        <source>Folder of the Songs</source>
        <translation>Ordner der Stücke</translation>
    </message>
</context>
<context>
    <name>ShortcutsDialog</name>
    <message>
        <source>Keyboard</source>
        <translation>Tastatur</translation>
    </message>
    <message>
        <source>Search</source>
        <translation>Suchen</translation>
    </message>
    <message>
        <source>Search the keys</source>
        <translation>Tasten suchen</translation>
    </message>
    <message>
        <source>Keys</source>
        <translation>Tasten</translation>
    </message>
    <message>
        <source>Action</source>
        <translation>Befehl</translation>
    </message>
    <message>
        <source>Key</source>
        <translation>Taste</translation>
    </message>
    <message>
        <source>Menu</source>
        <translation>Menü</translation>
    </message>
</context>
<context>
    <name>SongQueue</name>
    <message>
        <source>The model “{0}” is not there any more; “{1}” takes its place.</source>
        <translation>Das Modell „{0}“ ist nicht mehr da; „{1}“ tritt an seine Stelle.</translation>
    </message>
    <message>
        <source>“{0}” is not there any more, so nothing can be begun with it.</source>
        <translation>„{0}“ ist nicht mehr da, also lässt sich damit nichts beginnen.</translation>
    </message>
    <message numerus="yes">
        <source>%n files left out (no audio): {0}</source>
        <translation>
            <numerusform>%n Datei ausgelassen (kein Audio): {0}</numerusform>
            <numerusform>%n Dateien ausgelassen (kein Audio): {0}</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>SongStorage</name>
    <message>
        <source>“{0}” could not be moved to the bin.</source>
        <translation>„{0}“ konnte nicht in den Papierkorb gelegt werden.</translation>
    </message>
    <message>
        <source>Remove the folder yourself: {0}</source>
        <translation>Entfernen Sie den Ordner selbst: {0}</translation>
    </message>
</context>
<context>
    <name>SongsExportDialog</name>
    <message numerus="yes">
        <source>Export %n Song(s)</source>
        <translation>
            <numerusform>%n Stück exportieren</numerusform>
            <numerusform>%n Stücke exportieren</numerusform>
        </translation>
    </message>
    <message>
        <source>Cancelling…</source>
        <translation>Wird abgebrochen …</translation>
    </message>
    <message>
        <source>&amp;Export</source>
        <translation>&amp;Exportieren</translation>
    </message>
    <message>
        <source>Wait, Then E&amp;xport</source>
        <translation>Warten, dann e&amp;xportieren</translation>
    </message>
    <message>
        <source>Write the files as soon as the separations have finished</source>
        <translation>Schreibt die Dateien, sobald die Trennungen fertig sind</translation>
    </message>
    <message>
        <source>Close</source>
        <translation>Schließen</translation>
    </message>
    <message>
        <source>Tick what the mix should go without.</source>
        <translation>Haken Sie an, was im Mix fehlen soll.</translation>
    </message>
    <message>
        <source>No program was found that shows folders.</source>
        <translation>Es wurde kein Programm gefunden, das Ordner anzeigt.</translation>
    </message>
    <message numerus="yes">
        <source>&amp;Export %n Song(s)</source>
        <translation>
            <numerusform>%n Stück &amp;exportieren</numerusform>
            <numerusform>%n Stücke &amp;exportieren</numerusform>
        </translation>
    </message>
    <message>
        <source>Write the files (Enter)</source>
        <translation>Schreibt die Dateien (Eingabe)</translation>
    </message>
    <message>
        <source>Cancel</source>
        <translation>Abbrechen</translation>
    </message>
    <message>
        <source>Waiting for the separation; the export starts by itself.</source>
        <translation>Die Trennung läuft noch; der Export beginnt von selbst.</translation>
    </message>
    <message>
        <source>Writing song {0} of {1}: “{2}”…</source>
        <translation>Stück {0} von {1} wird geschrieben: „{2}“ …</translation>
    </message>
</context>
<context>
    <name>SoundCard</name>
    <message>
        <source>There is no sound, because of a bug in Strata.</source>
        <translation>Wegen eines Fehlers in Strata ist nichts zu hören.</translation>
    </message>
    <message>
        <source>The log file has the details.</source>
        <translation>Einzelheiten stehen im Protokoll.</translation>
    </message>
    <message>
        <source>There is no sound, because the PortAudio library is missing.</source>
        <translation>Es ist nichts zu hören, weil die Bibliothek PortAudio fehlt.</translation>
    </message>
    <message>
        <source>Install it (on Debian and Ubuntu: sudo apt install libportaudio2) and start Strata again.</source>
        <translation>Installieren Sie sie (unter Debian und Ubuntu: sudo apt install libportaudio2) und starten Sie Strata neu.</translation>
    </message>
    <message>
        <source>There is no sound, because no output was found.</source>
        <translation>Es ist nichts zu hören, weil keine Audioausgabe gefunden wurde.</translation>
    </message>
    <message>
        <source>Connect headphones or speakers, then press play again.</source>
        <translation>Schließen Sie Kopfhörer oder Lautsprecher an und drücken Sie dann wieder auf Abspielen.</translation>
    </message>
    <message>
        <source>There is no sound, because “{name}” could not be opened.</source>
        <translation>Es ist nichts zu hören, weil „{name}“ sich nicht öffnen ließ.</translation>
    </message>
    <message>
        <source>Close other programs that may use it, or choose another output in the settings.</source>
        <translation>Schließen Sie andere Programme, die es benutzen, oder wählen Sie in den Einstellungen eine andere Ausgabe.</translation>
    </message>
</context>
<context>
    <name>StatusLine</name>
    <message>
        <source>Sound card</source>
        <translation>Audioausgabe</translation>
    </message>
    <message>
        <source>{name} · {rate} kHz</source>
        <translation>{name} · {rate} kHz</translation>
    </message>
    <message>
        <source>Sound card; Settings has others</source>
        <translation>Audioausgabe; andere stehen in den Einstellungen</translation>
    </message>
    <message>
        <source>No sound</source>
        <translation>Kein Ton</translation>
    </message>
</context>
<context>
    <name>StorageRow</name>
    <message>
        <source>measuring…</source>
        <translation>wird gemessen …</translation>
    </message>
    <message>
        <source>What the songs take on disk</source>
        <translation>Was die Stücke auf dem Laufwerk belegen</translation>
    </message>
    <message>
        <source>&amp;Clear Closed Songs…</source>
        <translation>&amp;Geschlossene Stücke aufräumen …</translation>
    </message>
    <message>
        <source>Moves songs that are not open into the bin</source>
        <translation>Legt Stücke, die nicht offen sind, in den Papierkorb</translation>
    </message>
    <message>
        <source>Clear Closed Songs</source>
        <translation>Geschlossene Stücke aufräumen</translation>
    </message>
    <message numerus="yes">
        <source>Move %n song(s) that are not open into the bin?</source>
        <translation>
            <numerusform>%n Stück, das nicht offen ist, in den Papierkorb legen?</numerusform>
            <numerusform>%n Stücke, die nicht offen sind, in den Papierkorb legen?</numerusform>
        </translation>
    </message>
    <message>
        <source>They take {0}. Files that a DAW refers to would be missing there.</source>
        <translation>Sie belegen {0}. Dateien, auf die eine DAW verweist, würden dort fehlen.</translation>
    </message>
</context>
<context>
    <name>Studio</name>
    <message>
        <source>process {0}</source>
        <translation>Prozess {0}</translation>
    </message>
    <message>
        <source>not running</source>
        <translation>läuft nicht</translation>
    </message>
    <message>
        <source>unknown</source>
        <translation>unbekannt</translation>
    </message>
    <message>
        <source>Engine</source>
        <translation>Trennung</translation>
    </message>
    <message>
        <source>Model</source>
        <translation>Modell</translation>
    </message>
    <message>
        <source>Device</source>
        <translation>Gerät</translation>
    </message>
    <message>
        <source>chosen by Strata</source>
        <translation>von Strata gewählt</translation>
    </message>
    <message>
        <source>Devices</source>
        <translation>Geräte</translation>
    </message>
    <message>
        <source>Songs</source>
        <translation>Stücke</translation>
    </message>
</context>
<context>
    <name>TakenRange</name>
    <message>
        <source>whole song</source>
        <translation>ganzes Stück</translation>
    </message>
</context>
<context>
    <name>TempoChanges</name>
    <message>
        <source>Place of bar 1</source>
        <translation>Stelle von Takt 1</translation>
    </message>
    <message>
        <source>Clear the tempo</source>
        <translation>Tempo vergessen</translation>
    </message>
    <message>
        <source>Tempo</source>
        <translation>Tempo</translation>
    </message>
</context>
<context>
    <name>TempoCommands</name>
    <message numerus="yes">
        <source>Tap on: %n more</source>
        <translation>
            <numerusform>Weiter tippen: noch %n Mal</numerusform>
            <numerusform>Weiter tippen: noch %n Mal</numerusform>
        </translation>
    </message>
    <message>
        <source>Tapped: {0}</source>
        <translation>Getippt: {0}</translation>
    </message>
    <message>
        <source>Bar 1 begins at the playhead</source>
        <translation>Takt 1 beginnt an der Abspielposition</translation>
    </message>
    <message>
        <source>Tempo of the loop: {0}; bar 1 is at its start</source>
        <translation>Tempo des Loops: {0}; Takt 1 ist an seinem Anfang</translation>
    </message>
    <message>
        <source>That would be {0} BPM.</source>
        <translation>Das wären {0} BPM.</translation>
    </message>
    <message>
        <source>A tempo lies between {least} and {most} BPM.</source>
        <translation>Ein Tempo liegt zwischen {least} und {most} BPM.</translation>
    </message>
</context>
<context>
    <name>TempoPanel</name>
    <message>
        <source>Tempo of the song</source>
        <translation>Tempo des Stücks</translation>
    </message>
    <message>
        <source>&amp;Tap</source>
        <translation>T&amp;ippen</translation>
    </message>
    <message>
        <source>Bar &amp;1 at the Playhead</source>
        <translation>Takt &amp;1 an die Abspielposition</translation>
    </message>
    <message>
        <source>&amp;Clear</source>
        <translation>&amp;Vergessen</translation>
    </message>
    <message>
        <source>&amp;Set</source>
        <translation>&amp;Setzen</translation>
    </message>
    <message>
        <source>Beats per minute</source>
        <translation>Schläge pro Minute</translation>
    </message>
    <message>
        <source>{least} to {most}, such as 97.35; T taps</source>
        <translation>{least} bis {most}, etwa 97,35; T tippt</translation>
    </message>
    <message>
        <source>such as 97.35</source>
        <translation>etwa 97,35</translation>
    </message>
    <message>
        <source>Beats per bar</source>
        <translation>Schläge pro Takt</translation>
    </message>
    <message>
        <source>How many beats a bar has</source>
        <translation>Wie viele Schläge ein Takt hat</translation>
    </message>
    <message>
        <source>Note</source>
        <translation>Hinweis</translation>
    </message>
    <message>
        <source>Tap along, at least four times; begin with the first beat of a bar (T)</source>
        <translation>Mittippen, mindestens viermal; am besten ab dem ersten Schlag eines Taktes (T)</translation>
    </message>
    <message>
        <source>Bar 1 begins where the playhead is (D)</source>
        <translation>Takt 1 beginnt an der Abspielposition (D)</translation>
    </message>
    <message>
        <source>Show times alone, without bars</source>
        <translation>Nur Zeiten zeigen, ohne Takte</translation>
    </message>
    <message>
        <source>Take this tempo (Enter)</source>
        <translation>Dieses Tempo nehmen (Eingabe)</translation>
    </message>
    <message>
        <source>&amp;BPM:</source>
        <translation>&amp;BPM:</translation>
    </message>
    <message>
        <source>B&amp;eats per bar:</source>
        <translation>Schläg&amp;e pro Takt:</translation>
    </message>
    <message>
        <source>A tempo lies between {least} and {most} BPM.</source>
        <translation>Ein Tempo liegt zwischen {least} und {most} BPM.</translation>
    </message>
</context>
<context>
    <name>TempoReadout</name>
    <message>
        <source>Bar and beat</source>
        <translation>Takt und Schlag</translation>
    </message>
    <message>
        <source>Bar and beat. {0}</source>
        <translation>Takt und Schlag. {0}</translation>
    </message>
    <message>
        <source>bar {0}</source>
        <translation>Takt {0}</translation>
    </message>
</context>
<context>
    <name>TimeRuler</name>
    <message>
        <source>Time ruler</source>
        <translation>Zeitleiste</translation>
    </message>
    <message>
        <source>Double-click to type start, end and length (Shift+L)</source>
        <translation>Doppelklick: Anfang, Ende und Länge eingeben (Umschalt+L)</translation>
    </message>
    <message>
        <source>Click to go there, drag to mark a loop</source>
        <translation>Klicken springt dorthin, Ziehen markiert einen Loop</translation>
    </message>
    <message>
        <source>Loop: {length} long</source>
        <translation>Loop: {length} lang</translation>
    </message>
    <message>
        <source>{time} · bar {bar}</source>
        <translation>{time} · Takt {bar}</translation>
    </message>
    <message>
        <source>{length} long</source>
        <translation>{length} lang</translation>
    </message>
    <message>
        <source>nothing is marked</source>
        <translation>nichts ist markiert</translation>
    </message>
    <message>
        <source>loop from {start} to {stop}</source>
        <translation>Loop von {start} bis {stop}</translation>
    </message>
    <message>
        <source>marked from {start} to {stop}</source>
        <translation>markiert von {start} bis {stop}</translation>
    </message>
</context>
<context>
    <name>TimelineCorner</name>
    <message>
        <source>Drag out all stems</source>
        <translation>Alle Spuren herausziehen</translation>
    </message>
    <message>
        <source>All: {part}</source>
        <translation>Alle: {part}</translation>
    </message>
    <message>
        <source>Drag out all: {part}</source>
        <translation>Alle herausziehen: {part}</translation>
    </message>
    <message>
        <source>Hold the mouse button and drag: all stems land as files in your DAW or a folder (or copy them: Ctrl+Shift+C). Taken: {part}</source>
        <translation>Mit gedrückter Maustaste ziehen: Alle Spuren landen als Dateien in der DAW oder einem Ordner (oder kopieren: Strg+Umschalt+C). Umfang: {part}</translation>
    </message>
    <message>
        <source>↕ +{0} dB</source>
        <translation>↕ +{0} dB</translation>
    </message>
    <message>
        <source>Waveforms are drawn {0} dB taller</source>
        <translation>Wellenformen sind {0} dB höher gezeichnet</translation>
    </message>
    <message>
        <source>Waveforms are drawn {0} dB taller than they are (Shift+Up, Shift+Down, or Ctrl, Shift and wheel). Click for their true height (Ctrl+0)</source>
        <translation>Wellenformen sind {0} dB höher gezeichnet, als sie sind (Umschalt+Auf, Umschalt+Ab oder Strg, Umschalt und Rad). Ein Klick zeigt ihre wahre Höhe (Strg+0)</translation>
    </message>
</context>
<context>
    <name>TimelineView</name>
    <message>
        <source>Timeline</source>
        <translation>Zeitachse</translation>
    </message>
</context>
<context>
    <name>TitleField</name>
    <message>
        <source>Name of the lane</source>
        <translation>Name der Spur</translation>
    </message>
    <message>
        <source>Enter takes the name, Esc the old one; empty it for “{0}”</source>
        <translation>Enter übernimmt den Namen, Esc lässt den alten; leer heißt die Spur wieder „{0}“</translation>
    </message>
</context>
<context>
    <name>TransportBar</name>
    <message>
        <source>{0} dB</source>
        <translation>{0} dB</translation>
    </message>
    <message>
        <source>Position</source>
        <translation>Position</translation>
    </message>
    <message>
        <source>Length</source>
        <translation>Länge</translation>
    </message>
    <message>
        <source>What is heard</source>
        <translation>Was zu hören ist</translation>
    </message>
    <message>
        <source>Output level</source>
        <translation>Pegel der Ausgabe</translation>
    </message>
    <message>
        <source>Volume of the monitor</source>
        <translation>Abhörlautstärke</translation>
    </message>
    <message>
        <source>Volume of what you hear (Ctrl+Up, Ctrl+Down); exports do not change</source>
        <translation>Lautstärke dessen, was Sie hören (Strg+Auf, Strg+Ab); auf Exporte wirkt sie sich nicht aus</translation>
    </message>
    <message>
        <source>&amp;Pause</source>
        <translation>&amp;Pause</translation>
    </message>
    <message>
        <source>&amp;Play</source>
        <translation>&amp;Abspielen</translation>
    </message>
    <message>
        <source>You hear the original</source>
        <translation>Sie hören das Original</translation>
    </message>
    <message>
        <source>You hear the stems</source>
        <translation>Sie hören die Spuren</translation>
    </message>
    <message>
        <source>The stems have not arrived here yet: they come in by themselves.</source>
        <translation>Die Spuren sind hier noch nicht da: Sie kommen von selbst dazu.</translation>
    </message>
    <message numerus="yes">
        <source>Output level · %n underrun(s)</source>
        <translation>
            <numerusform>Pegel der Ausgabe · %n Aussetzer</numerusform>
            <numerusform>Pegel der Ausgabe · %n Aussetzer</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>UncaughtErrors</name>
    <message>
        <source>Something went wrong that should not have.</source>
        <translation>Etwas ist schiefgegangen, das nicht hätte passieren dürfen.</translation>
    </message>
    <message>
        <source>Your songs are kept. The log file has the details.</source>
        <translation>Ihre Stücke sind noch da. Einzelheiten stehen im Protokoll.</translation>
    </message>
</context>
<context>
    <name>Welcome</name>
    <message>
        <source>Welcome</source>
        <translation>Willkommen</translation>
    </message>
    <message>
        <source>Drop a song here</source>
        <translation>Ziehen Sie ein Stück hierher</translation>
    </message>
    <message>
        <source>Strata takes it apart into drums, bass, vocals and the rest. You hear them while they are still being separated, and drag them into your DAW when you like.</source>
        <translation>Strata zerlegt es in Schlagzeug, Bass, Gesang und den Rest. Sie hören die Spuren schon, während sie getrennt werden, und ziehen sie in Ihre DAW, wann Sie wollen.</translation>
    </message>
    <message>
        <source>WAV, AIFF, FLAC, MP3, Ogg, Opus, M4A – files, folders, several at once</source>
        <translation>WAV, AIFF, FLAC, MP3, Ogg, Opus, M4A – Dateien, Ordner, mehrere zugleich</translation>
    </message>
    <message>
        <source>&amp;Open Songs…</source>
        <translation>Stücke ö&amp;ffnen …</translation>
    </message>
    <message>
        <source>Reopen &amp;Last Session</source>
        <translation>&amp;Letzte Sitzung öffnen</translation>
    </message>
    <message>
        <source>Try the &amp;Demo Song</source>
        <translation>D&amp;emostück ausprobieren</translation>
    </message>
    <message>
        <source>Recent songs</source>
        <translation>Zuletzt geöffnet</translation>
    </message>
    <message>
        <source>Open {0}</source>
        <translation>{0} öffnen</translation>
    </message>
</context>
</TS>
