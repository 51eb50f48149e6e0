// SPDX-License-Identifier: GPL-3.0-or-later
#include "ui/words/words_view.h"

#include "ui/document/session_document.h"
#include "ui/engine/attention_recorder.h"
#include "ui/theme/fonts.h"
#include "ui/words/word_strip.h"

#include <QCheckBox>
#include <QComboBox>
#include <QEvent>
#include <QHBoxLayout>
#include <QLabel>
#include <QPushButton>
#include <QScrollArea>
#include <QStackedLayout>

#include <algorithm>

namespace diffuscope::ui {

namespace {

QString layerText(const record::AttentionLayer& layer)
{
    return QStringLiteral("%1 · %2 × %3")
        .arg(QString::fromStdString(layer.name))
        .arg(layer.height)
        .arg(layer.width);
}

}  // namespace

WordsView::WordsView(SessionDocument& document, QWidget* parent) : QWidget(parent), m_document(document)
{
    setObjectName(QStringLiteral("wordsView"));
    m_recorder = new AttentionRecorder(document.service(), this);
    build();
    connectDocument();
    connectStrip();
    takeRun();
}

QSize WordsView::minimumSizeHint() const
{
    return {220, 150};
}

void WordsView::build()
{
    auto* column = new QVBoxLayout(this);
    column->setContentsMargins(8, 6, 8, 6);
    column->setSpacing(6);
    column->addWidget(buildControls());
    auto* empty = new QWidget(this);
    auto* lines = new QVBoxLayout(empty);
    m_message = new QLabel(empty);
    m_message->setObjectName(QStringLiteral("wordsMessage"));
    m_message->setAlignment(Qt::AlignCenter);
    m_message->setWordWrap(true);
    m_message->setTextFormat(Qt::PlainText);
    m_message->setForegroundRole(QPalette::PlaceholderText);
    m_begin = new QPushButton(tr("Record Attention"), empty);
    m_begin->setObjectName(QStringLiteral("recordAttentionButton"));
    m_begin->setToolTip(tr("Record where the network looks for each word, at one more evaluation a step."));
    m_begin->setFocusPolicy(Qt::TabFocus);
    connect(m_begin, &QPushButton::clicked, this, [this] { setRecording(true); });
    lines->addStretch(1);
    lines->addWidget(m_message);
    lines->addWidget(m_begin, 0, Qt::AlignHCenter);
    lines->addStretch(1);
    m_pages = new QStackedLayout;
    m_pages->addWidget(empty);
    m_pages->addWidget(buildContent());
    column->addLayout(m_pages, 1);
    updateFonts();
}

QWidget* WordsView::buildControls()
{
    auto* bar = new QWidget(this);
    auto* row = new QHBoxLayout(bar);
    row->setContentsMargins(0, 0, 0, 0);
    row->setSpacing(12);
    m_record = new QCheckBox(tr("Record"), bar);
    m_record->setObjectName(QStringLiteral("recordAttentionBox"));
    m_record->setAccessibleName(tr("Record attention"));
    m_record->setToolTip(
        tr("Record where the network looks for each word: one more evaluation a step, made when "
           "a run has ended."));
    m_overlay = new QCheckBox(tr("Over the picture"), bar);
    m_overlay->setObjectName(QStringLiteral("attentionOverlayBox"));
    m_overlay->setToolTip(tr("Show over the pictures where the network looks for the chosen word (W)."));
    m_layers = new QComboBox(bar);
    m_layers->setObjectName(QStringLiteral("attentionLayerBox"));
    m_layers->setAccessibleName(tr("Layer of the network"));
    m_layers->setToolTip(
        tr("Whose attention is shown over the pictures: that of one layer of the network, with "
           "its grid of places, or the mean over all."));
    m_layers->addItem(tr("all layers"), -1);
    m_layers->setSizeAdjustPolicy(QComboBox::AdjustToMinimumContentsLengthWithIcon);
    m_layers->setMinimumContentsLength(8);
    for (QWidget* control :
         {static_cast<QWidget*>(m_record), static_cast<QWidget*>(m_overlay), static_cast<QWidget*>(m_layers)})
        control->setFocusPolicy(Qt::TabFocus);
    row->addWidget(m_record);
    row->addWidget(m_overlay);
    row->addWidget(m_layers, 1);
    connect(m_record, &QCheckBox::toggled, this, &WordsView::setRecording);
    connect(m_overlay, &QCheckBox::toggled, this, &WordsView::setShowsOverlay);
    connect(m_layers, &QComboBox::activated, this, &WordsView::updateOverlay);
    return bar;
}

QWidget* WordsView::buildContent()
{
    auto* content = new QWidget(this);
    auto* column = new QVBoxLayout(content);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(4);
    m_strip = new WordStrip;
    m_strip->setObjectName(QStringLiteral("wordStrip"));
    m_strip->setToolTip(
        tr("How much of the attention each word gets in each step; click a cell to go there, a "
           "word to choose it."));
    auto* scroll = new QScrollArea(content);
    scroll->setFrameShape(QFrame::NoFrame);
    scroll->setWidgetResizable(true);
    scroll->setFocusPolicy(Qt::NoFocus);
    scroll->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    scroll->setWidget(m_strip);
    column->addWidget(scroll, 1);

    auto* scales = new QHBoxLayout;
    scales->setSpacing(6);
    const auto addScale = [&](const QString& text, const char* name, const QString& tip) {
        auto* caption = new QLabel(text, content);
        caption->setForegroundRole(QPalette::PlaceholderText);
        caption->setToolTip(tip);
        m_captions.append(caption);
        auto* scale = new HeatScale(content);
        scale->setObjectName(QLatin1String(name));
        scale->setToolTip(tip);
        scales->addWidget(caption);
        scales->addWidget(scale);
        return scale;
    };
    m_stripScale =
        addScale(tr("per word"), "wordScale",
                 tr("The share of a step's attention that goes to a word, the mean over the picture and "
                    "all layers; what the words do not get goes to the beginning of the prompt."));
    scales->addStretch(1);
    m_overlayScale =
        addScale(tr("per place"), "overlayScale",
                 tr("The share of one place's attention that goes to the chosen word; the scale is the "
                    "same in every step."));
    column->addLayout(scales);
    m_readout = new QLabel(content);
    m_readout->setObjectName(QStringLiteral("wordReadout"));
    m_readout->setAccessibleName(tr("Attention at the cursor"));
    m_readout->setToolTip(tr("The chosen word at the playhead, or at the pixel under the cursor."));
    m_readout->setTextFormat(Qt::PlainText);
    m_readout->setSizePolicy(QSizePolicy::Ignored, QSizePolicy::Preferred);
    column->addWidget(m_readout);
    return content;
}

void WordsView::connectDocument()
{
    connect(&m_document, &SessionDocument::trajectoryChanged, this, &WordsView::takeRun);
    connect(&m_document, &SessionDocument::playheadChanged, this, &WordsView::showStep);
    connect(&m_document, &SessionDocument::selectionChanged, this, &WordsView::takeTable);
    connect(&m_document, &SessionDocument::recipeChanged, this, &WordsView::showPage);
    connect(&m_document, &SessionDocument::stateChanged, this, &WordsView::showPage);
    connect(m_recorder, &AttentionRecorder::changed, this, &WordsView::takeAttention);
}

void WordsView::connectStrip()
{
    connect(m_strip, &WordStrip::wordChosen, this, &WordsView::chooseRow);
    connect(m_strip, &WordStrip::stepChosen, &m_document, &SessionDocument::commitFrame);
    connect(m_strip, &WordStrip::activated, this, [this] { setShowsOverlay(!showsOverlay()); });
    connect(m_strip, &WordStrip::cellHovered, this, [this](int word, int step) {
        if (step >= 0)
            m_document.previewFrame(step);
        else
            m_document.leavePreview();
        previewWord(word);
    });
    connect(m_strip, &WordStrip::left, this, [this] {
        m_document.leavePreview();
        previewWord(-1);
    });
}

void WordsView::setModels(const QList<ModelEntry>& models)
{
    m_models = models;
    showPage();
}

const ModelEntry* WordsView::model() const
{
    const QString id = QString::fromStdString(m_document.recipe().model);
    const auto found = std::find_if(m_models.begin(), m_models.end(),
                                    [&id](const ModelEntry& entry) { return entry.id == id; });
    return found == m_models.end() ? nullptr : &*found;
}

bool WordsView::isRecording() const
{
    return m_recorder->isOn();
}

void WordsView::setRecording(bool on)
{
    m_record->setChecked(on);
    m_recorder->setOn(on);
    if (!on)
        setShowsOverlay(false);
    showPage();
    updateOverlay();
}

bool WordsView::showsOverlay() const
{
    return m_overlay->isChecked();
}

void WordsView::setShowsOverlay(bool on)
{
    if (on && !isRecording())
        setRecording(true);
    m_overlay->setChecked(on);
    updateOverlay();
    Q_EMIT showsOverlayChanged(on);
}

/// The step whose attention is shown: the result has none of its own, and shows that of the last step.
int WordsView::step() const
{
    return std::min(m_document.playhead(), m_recorder->steps() - 1);
}

int WordsView::layer() const
{
    return m_layers->currentData().toInt();
}

void WordsView::takeRun()
{
    m_recorder->setStep(std::max(0, m_document.playhead()));
    m_recorder->follow(m_document.shownRun());
    takeAttention();
}

void WordsView::takeAttention()
{
    const FrameAttention* newest = nullptr;
    for (int i = m_recorder->steps() - 1; i >= 0 && !newest; --i)
        newest = m_recorder->at(i);
    if (newest && !newest->tokens.empty()) {
        m_rows.takeFrom(*newest);
        if (newest->maps)
            takeLayers(*newest->maps);
    } else if (!newest) {
        m_rows.clear();
    }
    takeTable();
}

void WordsView::takeLayers(const record::TextAttention& maps)
{
    if (m_layers->count() == int(maps.layers.size()) + 1) {
        bool isSame = true;
        for (int i = 0; isSame && i < int(maps.layers.size()); ++i)
            isSame = m_layers->itemText(i + 1) == layerText(maps.layers[std::size_t(i)]);
        if (isSame)
            return;
    }
    const QString before = m_layers->currentText();
    m_layers->clear();
    m_layers->addItem(tr("all layers"), -1);
    for (int i = 0; i < int(maps.layers.size()); ++i)
        m_layers->addItem(layerText(maps.layers[std::size_t(i)]), i);
    m_layers->setCurrentIndex(std::max(0, m_layers->findText(before)));
}

void WordsView::takeTable()
{
    const WordTable table = m_rows.table(*m_recorder, m_document.selectedImage());
    if (m_rows.size() > 0 && !m_chosen)
        m_chosen = m_rows[WordRows::most(table)];
    m_strip->setTable(table);
    m_strip->setChosen(m_chosen ? m_rows.find(*m_chosen) : -1);
    m_stripScale->setTop(table.top);
    showPage();
    showStep();
}

void WordsView::chooseRow(int row)
{
    m_chosen = m_rows[row];
    m_strip->setChosen(row);
    updateOverlay();
    updateReadout();
}

void WordsView::showStep()
{
    m_recorder->setStep(std::max(0, step()));
    m_strip->setStep(step());
    updateOverlay();
    updateReadout();
}

void WordsView::showPage()
{
    const QString reason = reasonForNoTable();
    const ModelEntry* entry = model();
    const bool hasText = entry && entry->hasText();
    m_message->setText(reason);
    m_begin->setVisible(hasText && !isRecording() && !m_document.recipe().condition.text.isNone());
    m_pages->setCurrentIndex(reason.isEmpty() ? 1 : 0);
    m_record->setEnabled(hasText);
    m_overlay->setEnabled(hasText);
    m_layers->setEnabled(hasText && isRecording());
}

/// A sentence in place of the table; empty where there is one.
QString WordsView::reasonForNoTable() const
{
    const ModelEntry* entry = model();
    if (!entry || !entry->hasText())
        return tr("This model is asked by class: there are no words to attend to.");
    if (!isRecording())
        return m_document.recipe().condition.text.isNone()
                   ? tr("Without words there is nothing to attend to: write a prompt.")
                   : tr("See where the network looks for each word, and when.");
    if (m_recorder->failure())
        return m_recorder->failure()->message + u' ' + m_recorder->failure()->hint;
    if (m_rows.size() > 0)
        return {};
    if (m_document.shownRun().recipe->condition.text.isNone() && !m_document.shownRun().isRunning())
        return tr("Without words there is nothing to attend to: write a prompt.");
    if (m_recorder->steps() > 0 && m_recorder->knownSteps() == m_recorder->steps())
        return tr("The attention of this model cannot be recorded.");
    return tr("The attention is worked out when the run has ended…");
}

void WordsView::updateFonts()
{
    for (QLabel* caption : m_captions)
        caption->setFont(captionFont(font()));
    m_readout->setFont(tabularFont(captionFont(font())));
}

void WordsView::changeEvent(QEvent* event)
{
    QWidget::changeEvent(event);
    if (event->type() == QEvent::FontChange && m_readout)
        updateFonts();
}

}  // namespace diffuscope::ui
