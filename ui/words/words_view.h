// SPDX-License-Identifier: GPL-3.0-or-later
// The words of a run at work: how much attention each gets in each step, and where in the pictures.
#pragma once

#include "ui/document/image_pixel.h"
#include "ui/document/model_entry.h"
#include "ui/words/attention_heat.h"
#include "ui/words/word_rows.h"

#include <QWidget>

#include <optional>

class QCheckBox;
class QComboBox;
class QLabel;
class QPushButton;
class QStackedLayout;

namespace diffuscope::ui {

class SessionDocument;
class WordStrip;

/// Records attention when it is asked to. The chosen word's is laid over the pictures at the playhead, in one
/// layer of the network or in the mean over all; what is hovered over, here or on a chip of the prompt, is
/// previewed.
class WordsView : public QWidget
{
    Q_OBJECT

public:
    /// The document must outlive the view.
    explicit WordsView(SessionDocument& document, QWidget* parent = nullptr);

    void setModels(const QList<ModelEntry>& models);
    bool isRecording() const;
    void setRecording(bool on);
    bool showsOverlay() const;
    /// Turned on, it records too.
    void setShowsOverlay(bool on);

    /// The word of the prompt that is pointed at, −1 for none.
    void previewWord(int word);
    void hoverPixel(const ImagePixel& pixel);
    void leavePixel();

    QSize sizeHint() const override { return {340, 300}; }
    QSize minimumSizeHint() const override;

Q_SIGNALS:
    /// What lies over the pictures of the shown frame; none where nothing does.
    void overlayChanged(const diffuscope::ui::HeatPicture& heat);
    void showsOverlayChanged(bool on);

protected:
    void changeEvent(QEvent* event) override;

private:
    void build();
    QWidget* buildControls();
    QWidget* buildContent();
    void connectDocument();
    void connectStrip();
    void takeRun();
    void takeAttention();
    void takeLayers(const record::TextAttention& maps);
    void takeTable();
    void chooseRow(int row);
    void showStep();
    void showPage();
    QString reasonForNoTable() const;
    const ModelEntry* model() const;
    /// The attention at the playhead, of a word that its prompt has; null where there is none.
    const FrameAttention* attentionOf(int row) const;
    QString placeText(const FrameAttention& attention, int token, const ImagePixel& pixel) const;
    int step() const;
    int layer() const;
    int shownRow() const;
    void updateOverlay();
    void updateReadout();
    void updateFonts();

    SessionDocument& m_document;
    QList<ModelEntry> m_models;
    AttentionRecorder* m_recorder = nullptr;
    QStackedLayout* m_pages = nullptr;
    QLabel* m_message = nullptr;
    QPushButton* m_begin = nullptr;
    QCheckBox* m_record = nullptr;
    QCheckBox* m_overlay = nullptr;
    QComboBox* m_layers = nullptr;
    WordStrip* m_strip = nullptr;
    HeatScale* m_stripScale = nullptr;
    HeatScale* m_overlayScale = nullptr;
    QList<QLabel*> m_captions;
    QLabel* m_readout = nullptr;

    WordRows m_rows;
    std::optional<WordRow> m_chosen;
    int m_preview = -1;
    std::optional<ImagePixel> m_pixel;

    /// What the overlay was made of.
    struct OverlayKey
    {
        std::shared_ptr<const record::TextAttention> maps;
        int token = -1;
        int layer = -1;
        float top = 0;
        bool operator==(const OverlayKey&) const = default;
    };
    OverlayKey m_overlaid;
};

}  // namespace diffuscope::ui
